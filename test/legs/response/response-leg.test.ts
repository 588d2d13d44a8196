import t, { type Test } from 'tap'
import { createMemoryStore } from '../../../src/store/memory.ts'
import { expectNoArtefact } from '../../attacks/frame/expect.ts'
import { askedFor, begin, Jar } from '../../attacks/frame/jar.ts'
import { canary, onLenientStage } from '../../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../../attacks/frame/real-stage.ts'
import { type Answer, navigation, send } from '../../attacks/frame/wire.ts'

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
  t.match(world.audit('unknown_user').at(-1), {
    client_id: 'web2',
    reason: 'no_cookie',
    fix: /provider\.probe\.by: browser/,
  })
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

t.test(
  'a challenge that nobody opened, since the client was only watched then, releases nothing',
  async (t) => {
    const store = createMemoryStore(Date.now)
    const app = { clientId: 'app', redirectUri: 'https://app.example.com/cb' }
    const open = (mode: string) =>
      onLenientStage({ store, clients: { app: { mode, redirectUris: [app.redirectUri] } } })(t)
    const jar = new Jar()
    const watched = await open('monitor')
    await begin(watched, jar, authorizeQuery(app))
    t.equal(watched.world.audit('decision').at(-1)?.['verdict'], 'challenge', 'it was decided early')
    const { world, op } = await open('enforce')
    const location = `${app.redirectUri}?code=${canary.code}&state=the-state`
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    const headers = [jar.header(), ...navigation]
    const answer = await send(world.publicUrl, { target: '/auth/resume', headers })
    expectError(t, answer, { ...web, ...app }, 'server_error')
  },
)

t.test('an API beside the client in the audience of an ID token is no client', async (t) => {
  const stage = await onLenientStage({
    config: { defaults: { mode: 'enforce' } },
    clients: { web: { responseTypes: ['code', 'id_token'] } },
    rules: [],
  })(t)
  const { world, op } = stage
  const answerTo = async (jar: Jar, aud: string[]) => {
    const idToken = await op.signIdToken({ sub: 'user-alice', aud })
    const location = `${world.web.redirectUri}#id_token=${idToken}&state=the-state`
    op.answer = (_request, response) => response.writeHead(303, { location }).end()
    return send(world.publicUrl, { target: '/auth/resume', headers: [jar.header(), ...navigation] })
  }
  const jar = await askedFor(stage, { response_type: 'id_token' })
  t.match((await answerTo(jar, ['api', 'web'])).headers['location'], /#id_token=/)
  t.match((await answerTo(new Jar(), ['api'])).headers['location'], /#error=/, 'alone it is one')
})
