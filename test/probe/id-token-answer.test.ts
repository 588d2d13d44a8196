import type { ServerResponse } from 'node:http'
import t, { type Test } from 'tap'
import { type ProbeRequest, probeUser } from '../../src/probe/probe.ts'
import { startRealOp } from './real-op.ts'
import { face, issuer, type ScriptedOp, startScriptedOp } from './scripted-op.ts'

const browser: ProbeRequest = {
  cookies: '_session=a; _session.sig=b',
  userAgent: 'Browser/1.0',
  clientAddress: '192.0.2.7',
}

const inFragment = { probe: { responseType: 'id_token' } } as const

function answer(response: ServerResponse, op: ScriptedOp, idToken: string): void {
  const state = op.lastQuestion().get('state') ?? ''
  const fragment = new URLSearchParams({ id_token: idToken, state })
  response.writeHead(303, { location: `${issuer}/step-up/probe#${fragment}` }).end()
}

async function prepare(t: Test) {
  const op = await startScriptedOp(t)
  op.steps['/authorize'] = async (_asked, response) =>
    answer(response, op, await op.makeIdToken(op.lastQuestion().get('nonce')))
  const { config, upstream, provider, keys } = face(t, op.port, inFragment)
  provider.start()
  await provider.ready()
  op.asked.length = 0
  const probe = async () => {
    const result = await probeUser({ config, provider, upstream, keys }, browser)
    return result.known ? `known: ${result.identity.subject}` : `${result.reason}: ${result.detail}`
  }
  return { op, probe }
}

t.test('one question, and no code', async (t) => {
  const { op, probe } = await prepare(t)
  t.equal(await probe(), 'known: alice')
  t.equal(await probe(), 'known: alice')
  t.strictSame(
    op.asked.map(({ url }) => url.pathname),
    ['/authorize', '/jwks', '/authorize'],
  )
  const { state, nonce, ...rest } = Object.fromEntries(op.lastQuestion())
  t.strictSame(rest, {
    response_type: 'id_token',
    client_id: 'step-up-gateway',
    redirect_uri: `${issuer}/step-up/probe`,
    scope: 'openid profile email',
    prompt: 'none',
  })
  for (const secret of [state, nonce]) t.match(secret, /^[\w-]{43}$/)
})

t.test('whose ID token counts', async (t) => {
  const table: [what: string, claims: ScriptedOp['claims'], result: string | RegExp][] = [
    ['of another issuer', { iss: 'https://evil.example' }, /^id_token_invalid: .*"iss"/],
    ['for another client', { aud: 'app' }, /^id_token_invalid: .*"aud"/],
    ['for two clients', { aud: ['app', 'step-up-gateway'] }, /^id_token_invalid: .* for another party/],
    ['used by another', { azp: 'app' }, /^id_token_invalid: .* for another party/],
    ['for two, used by us', { aud: ['app', 'step-up-gateway'], azp: 'step-up-gateway' }, 'known: alice'],
    ['an old one', { exp: 1 }, /^id_token_invalid: .*"exp"/],
    ['of another question', { nonce: 'another' }, /^id_token_invalid: .* another nonce/],
    ['without a subject', { sub: '' }, 'subject_unreadable: undefined'],
  ]
  for (const [what, claims, result] of table) {
    const { op, probe } = await prepare(t)
    op.claims = claims
    t.match(await probe(), result, what)
  }
  const { op, probe } = await prepare(t)
  const earlier = await op.makeIdToken('the nonce of an earlier question')
  op.steps['/authorize'] = (_asked, response) => answer(response, op, earlier)
  t.match(await probe(), /^id_token_invalid: .* another nonce/, 'an earlier one')
})

t.test('signatures', async (t) => {
  const { op, probe } = await prepare(t)
  const forger = await startScriptedOp(t)
  op.steps['/authorize'] = async (_asked, response) =>
    answer(response, op, await forger.makeIdToken(op.lastQuestion().get('nonce')))
  t.match(await probe(), /^id_token_invalid: .*signature/, 'a forged one')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const alg of ['HS256', 'none']) {
    op.steps['/authorize'] = (_asked, response) => {
      const nonce = op.lastQuestion().get('nonce')
      const claims = { iss: issuer, aud: 'step-up-gateway', sub: 'mallory', exp: 9e9, iat: 1, nonce }
      answer(response, op, `${part({ alg })}.${part(claims)}.`)
    }
    t.match(await probe(), /^id_token_invalid: .*"alg"/, alg)
  }
  op.steps['/authorize'] = (_asked, response) => answer(response, op, 'no.token')
  t.match(await probe(), /^id_token_invalid: /, 'no token at all')
})

t.test('oidc-provider', async (t) => {
  const op = await startRealOp(t, { isConsentGiven: true })
  const { config, upstream, provider, keys } = face(t, op.port, inFragment)
  provider.start()
  await provider.ready()
  const probe = (cookies: string) => probeUser({ config, provider, upstream, keys }, { ...browser, cookies })
  t.match(await probe(await op.logIn('alice', ['pwd', 'otp'])), {
    known: true,
    identity: {
      subject: 'alice',
      username: 'ALICE',
      email: 'alice@example.com',
      acr: 'loa-2',
      amr: ['pwd', 'otp'],
      sid: String,
      authTime: Number,
    },
  })
  t.match(await probe('_session=forged; _session.sig=forged'), { known: false, reason: 'login_required' })
})
