import t, { type Test } from 'tap'
import { classifyTarget } from '../../src/http/endpoints.ts'
import { parseTarget } from '../../src/http/target.ts'
import { probeUser } from '../../src/probe/probe.ts'
import { startRealOp } from './real-op.ts'
import { face, issuer } from './scripted-op.ts'

async function prepare(
  t: Test,
  { isConsentGiven = true, ...parts }: { isConsentGiven?: boolean } & Parameters<typeof face>[2] = {},
) {
  const op = await startRealOp(t, { isConsentGiven })
  const { config, upstream, provider, keys } = face(t, op.port, parts)
  provider.start()
  await provider.ready()
  const probe = (cookies: string | undefined) =>
    probeUser(
      { config, provider, upstream, keys },
      { cookies, userAgent: 'Browser/1.0', clientAddress: '192.0.2.7' },
    )
  return { op, provider, probe }
}

t.test('its metadata', async (t) => {
  const { provider } = await prepare(t)
  t.match(provider.metadata, {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
  })
  for (const [path, kind] of [
    ['/auth', 'authorization'],
    ['/token', 'token'],
    ['/request', 'pushed_authorization'],
    ['/token/introspection', 'open'],
    ['/token/revocation', 'open'],
    ['/jwks', 'open'],
  ] as const) {
    t.equal(classifyTarget(parseTarget(path), provider.guarded), kind, path)
  }
})

t.test('who is signed in', async (t) => {
  const { op, probe } = await prepare(t)
  const alice = await op.logIn('alice', ['pwd', 'otp'])
  const bob = await op.logIn('bob')
  const before = Math.floor(Date.now() / 1000) - 60
  for (const [cookies, name, amr] of [
    [alice, 'alice', ['pwd', 'otp']],
    [bob, 'bob', ['pwd']],
    [alice, 'alice', ['pwd', 'otp']],
  ] as const) {
    const result = await probe(cookies)
    if (!result.known) throw new Error(result.reason)
    const { subject, username, email, acr, sid, authTime = 0, ...rest } = result.identity
    t.same(
      { subject, username, email, acr, amr: rest.amr },
      {
        subject: name,
        username: name.toUpperCase(),
        email: `${name}@example.com`,
        acr: 'loa-2',
        amr,
      },
    )
    t.ok(authTime > before)
    t.type(sid, 'string')
  }
})

t.test('nobody is', async (t) => {
  const { probe } = await prepare(t)
  t.match(await probe('_session=forged; _session.sig=forged'), { known: false, reason: 'login_required' })
  t.match(await probe('other=1'), { known: false, reason: 'login_required' })
  t.match(await probe(undefined), { known: false, reason: 'no_cookie' })
})

t.test('no consent for the probe', async (t) => {
  const { op, probe } = await prepare(t, { isConsentGiven: false })
  t.match(await probe(await op.logIn('alice')), { known: false, reason: 'consent_required' })
})

t.test('a wrong secret', async (t) => {
  const { op, probe } = await prepare(t, { probe: { clientSecret: 'another secret' } })
  t.match(await probe(await op.logIn('alice')), {
    known: false,
    reason: 'token_error',
    detail: 'invalid_client',
  })
})

t.test('an unknown client', async (t) => {
  const { op, probe } = await prepare(t, { probe: { clientId: 'nobody' } })
  t.match(await probe(await op.logIn('alice')), { known: false, reason: 'not_a_redirect' })
})
