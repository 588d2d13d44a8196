import t, { type Test } from 'tap'
import { expectNoArtefact } from '../attacks/frame/expect.ts'
import { canary, onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { type Answer, navigation, send } from '../attacks/frame/wire.ts'

const stage = await onLenientStage({ clients: { web2: { mode: 'monitor' } } })(t)
const { world, op } = stage
const { web, web2 } = world

/** Asks as somebody, or as nobody; the OP answers with a code at this address. */
function ask(target: string, who: readonly string[], location: string): Promise<Answer> {
  world.clock.advance(61_000)
  op.answer = (_request, response) => response.writeHead(303, { location }).end()
  return send(world.publicUrl, { target, headers: [...who, ...navigation] })
}

const alice = [stage.cookie]
const nobody: string[] = []
const codeAt = ({ redirectUri }: typeof web) => `${redirectUri}?code=${canary.code}`

/** The client gets an error in the OP's own redirect, and no code. */
function expectError(t: Test, answer: Answer, rp: typeof web, error: string): void {
  expectNoArtefact(t, answer)
  t.equal(answer.status, 303)
  const { origin, pathname, searchParams } = new URL(answer.headers['location'] ?? '')
  t.equal(`${origin}${pathname}`, rp.redirectUri)
  t.equal(searchParams.get('error'), error)
}

t.test('a client that is only watched gets its code, whoever the user is', async (t) => {
  const answer = await ask('/resume', nobody, codeAt(web2))
  t.equal(answer.headers['location'], codeAt(web2))
  t.match(world.audit('unknown_user').at(-1), { client_id: 'web2', reason: 'no_cookie' })
})

for (const [name, who, more, error] of [
  ['a user whom the OP does not name', nobody, {}, 'server_error'],
  ['the same with prompt=none', nobody, { prompt: 'none' }, 'interaction_required'],
  // With max_age the request is not decided before the OP has answered.
  ['a challenge that prompt=none forbids', alice, { prompt: 'none', max_age: '60' }, 'interaction_required'],
] as const) {
  t.test(`${name}: ${error}`, async (t) => {
    const target = `/connect/authorize?${authorizeQuery(web, { state: 's', ...more })}`
    expectError(t, await ask(target, who, `${codeAt(web)}&state=s`), web, error)
  })
}

t.test('a challenge that nobody opened, since the request was only watched, releases nothing', async (t) => {
  const tracks = world.authsignal.control.tracks.length
  const target = `/connect/authorize?${authorizeQuery(web2, { state: '' })}`
  // The OP answers the request of one client at the address of another, which is protected.
  expectError(t, await ask(target, alice, codeAt(web)), web, 'server_error')
  t.equal(world.authsignal.control.tracks.length, tracks + 1, 'it was decided before the OP answered')
})
