import t, { type Test } from 'tap'
import { statePrefix } from '../../src/instance/instance.ts'
import { createProofs } from '../../src/instance/proofs.ts'
import { openWorld } from '../e2e/stage.ts'

const world = await openWorld(t)
const { publicUrl, config, adminUrl } = world
const proofs = createProofs(config)
const now = Date.now()

async function ask(question: string, state = '', headers: Record<string, string> = {}) {
  const query = state === '' ? '' : `?${new URLSearchParams({ state })}`
  const address = `${publicUrl}/step-up/instance${query}`
  const answer = await fetch(address, { headers: { 'step-up-proof': question, ...headers } })
  return { status: answer.status, seal: answer.headers.get('step-up-proof'), body: await answer.text() }
}

const makeState = (): string => statePrefix + proofs.make('state', now)

/** An authorization request of a browser, as far as its cookies matter. */
async function send(t: Test, path: string, state: string, cookie: string): Promise<void> {
  const query = new URLSearchParams({ state, client_id: 'step-up-gateway' })
  const answer = await fetch(`${publicUrl}${path}?${query}`, { headers: { cookie }, redirect: 'manual' })
  t.ok(answer.status > 0)
  await answer.body?.cancel()
}

t.test('answers who has its secrets', async (t) => {
  const question = proofs.make('question', now)
  const { status, seal, body } = await ask(question)
  t.equal(status, 200)
  t.equal(seal, proofs.seal(question, body))
  t.match(JSON.parse(body), { instance: /^[\w-]{36}$/, forwarding: { state: 'none', peer: '127.0.0.1' } })
  const { body: again } = await ask(proofs.make('question', now))
  t.equal(JSON.parse(again).instance, JSON.parse(body).instance)
})

t.test('answers nobody else', async (t) => {
  const others = ['', 'x', proofs.make('state', now), proofs.make('question', now - 900_000)]
  const bare = await fetch(`${publicUrl}/step-up/instance`)
  t.equal(bare.status, 404)
  await bare.body?.cancel()
  for (const question of others) t.match(await ask(question), { status: 404, seal: null }, question)
})

t.test('names the cookies of a state, and of no other request', async (t) => {
  const cookiesOf = async (state: string) =>
    JSON.parse((await ask(proofs.make('question', now), state)).body).cookies
  const state = makeState()
  await send(t, '/connect/authorize', state, 'a=secret; b=2; b=3')
  t.same(await cookiesOf(state), ['a', 'b'])
  for (const [path, other] of [
    ['/connect/authorize', `${statePrefix}${proofs.make('question', now)}`],
    ['/connect/authorize', 'app-state'],
    ['/elsewhere', makeState()],
  ] as const) {
    await send(t, path, other, 'c=1')
    t.equal(await cookiesOf(other), undefined, other)
  }
  const stateless = await fetch(`${publicUrl}/connect/authorize?x=${statePrefix}`)
  await stateless.body?.cancel()
  for (let more = 0; more < 16; more++) await send(t, '/connect/authorize', makeState(), 'd=1')
  t.equal(await cookiesOf(state), undefined, 'the oldest is forgotten')
})

t.test('a proxy that is not listed is a warning, once', async (t) => {
  const warnings = async () => JSON.parse(await (await fetch(`${adminUrl}/readyz`)).text()).warnings
  t.equal(await warnings(), undefined)
  const forwarded = { 'x-forwarded-for': '192.0.2.1' }
  const { body } = await ask(proofs.make('question', now), '', forwarded)
  t.match(JSON.parse(body), { forwarding: { state: 'ignored', header: 'X-Forwarded-For' } })
  await ask('', '', forwarded)
  t.match(await warnings(), [/^X-Forwarded-For comes from 127\.0\.0\.1, .* list it in trustedProxies\.$/])
  t.equal(world.log.filter((line) => line.includes('X-Forwarded-For comes from')).length, 1)
})
