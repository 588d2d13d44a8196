import fastify from 'fastify'
import t, { type Test } from 'tap'
import { AuthsignalError } from '../../src/authsignal/authsignal.ts'
import { proofHeader } from '../../src/instance/instance.ts'
import { createProofs } from '../../src/instance/proofs.ts'
import { serveForget } from '../../src/operate/serve-forget.ts'
import { Refusal } from '../../src/refusal.ts'
import { makeServices } from '../services.ts'

const now = 1_790_000_000_000

function open(t: Test, parts: Parameters<typeof makeServices>[0] = {}) {
  const base = makeServices({ now: () => now, ...parts })
  const authsignal = { ...base.authsignal, forgetDevices: async () => 2, ...parts?.authsignal }
  const services = { ...base, authsignal }
  const app = fastify()
  serveForget(app, () => services)
  t.teardown(() => app.close())
  const proofs = createProofs(services.config)
  const post = (user: string, headers: Record<string, string> = {}, body: object = { user }) =>
    app.inject({
      method: 'POST',
      url: '/forget',
      headers: { [proofHeader]: proofs.make('forget', now, user), ...headers },
      payload: body,
    })
  return { app, post, proofs, services }
}

t.test('whoever has the secrets may ask, for the user that the proof is about', async (t) => {
  const { post, proofs, services } = open(t)
  const proof = proofs.make('forget', now, 'alice')
  const done = await post('alice', { [proofHeader]: proof })
  t.equal(done.statusCode, 200)
  t.same(done.json(), { status: 'forgotten', remembered: false, devices: 2, isOneInstance: true })
  t.equal(done.headers[proofHeader], proofs.seal(proof, done.body))
  t.match((await post('alice')).json(), { remembered: true })
  t.match(services.lines, [
    { audit: 'forgotten', subject: 'alice', devices: 2, support_id: /-/, msg: 'user forgotten' },
    {},
  ])
})

t.test('nobody else may, and no page', async (t) => {
  const { app, post, proofs, services } = open(t)
  const refused: [name: string, headers: Record<string, string>, body?: object][] = [
    ['no proof', { [proofHeader]: '' }],
    ['another purpose', { [proofHeader]: proofs.make('question', now, 'alice') }],
    ['another user', { [proofHeader]: proofs.make('forget', now, 'bob') }],
    ['an old proof', { [proofHeader]: proofs.make('forget', now - 600_000, 'alice') }],
    ['a page of this machine', { origin: 'http://localhost:9090' }],
    ['a page without an origin', { origin: 'null' }],
    ['a link in a page', { 'sec-fetch-site': 'cross-site' }],
    ['no user', {}, {}],
    ['more than a user', {}, { user: 'alice', also: 'bob' }],
  ]
  for (const [name, headers, body] of refused)
    t.equal((await post('alice', headers, body)).statusCode, 403, name)
  const bare = await app.inject({ method: 'POST', url: '/forget', payload: { user: 'alice' } })
  t.equal(bare.statusCode, 403, 'no header')
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
    const headers = { 'content-type': type, [proofHeader]: proofs.make('forget', now, 'alice') }
    const posted = await app.inject({ method: 'POST', url: '/forget', headers, payload: '{"user":"alice"}' })
    t.ok([403, 415].includes(posted.statusCode), type)
  }
  t.equal((await app.inject({ method: 'GET', url: '/forget' })).statusCode, 404)
  const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
  t.equal((await app.inject({ method: 'OPTIONS', url: '/forget', headers: preflight })).statusCode, 404)
  t.same(services.lines, [])
})

t.test('what could not be done is said', async (t) => {
  const failure = new AuthsignalError('unavailable', 'device', { failure: 'timeout', errorCode: 'timeout' })
  const base = makeServices()
  const failing = { ...base.authsignal, forgetDevices: () => Promise.reject(failure) }
  const { post, services } = open(t, { authsignal: failing })
  const half = await post('alice')
  t.equal(half.statusCode, 502)
  t.match(half.json(), { status: 'devices_not_forgotten', reason: /device unavailable, timeout/ })
  t.match(services.lines, [{ audit: 'forgotten', level: 50, err: { type: 'AuthsignalError' } }])

  const gone = new Refusal('store_unavailable', 'the store did not answer for epoch')
  const nothing = await open(t, { epochs: { ...base.epochs, renew: () => Promise.reject(gone) } }).post(
    'alice',
  )
  t.equal(nothing.statusCode, 503)
  t.match(nothing.json(), { status: 'not_forgotten', reason: /did not answer/ })

  const broken = { ...base.epochs, renew: () => Promise.reject(new TypeError('a bug')) }
  t.equal((await open(t, { epochs: broken }).post('alice')).statusCode, 500)
  const odd = { ...base.authsignal, forgetDevices: () => Promise.reject(new TypeError('a bug')) }
  t.equal((await open(t, { authsignal: odd }).post('alice')).statusCode, 500)
})
