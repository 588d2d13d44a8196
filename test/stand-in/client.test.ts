import t from 'tap'
import {
  action,
  adding,
  basic,
  bearer,
  origin,
  passkeyPath,
  refused,
  startWithPasskeys,
} from './start-with-passkeys.ts'
import { web } from './start-with-sdk.ts'

t.test('the real browser SDK adds a passkey and signs in with it', async (t) => {
  const { sdk, control, clock, browser, addPasskey, requests } = await startWithPasskeys(t)
  control.enrol('alice')
  const added = await addPasskey('alice')
  t.match(added, { data: { userAuthenticator: { verificationMethod: 'PASSKEY' } }, error: undefined })

  const now = '2026-01-05T10:00:00.000Z'
  const [passkey] = (await sdk.getAuthenticators({ userId: 'alice' })).slice(1)
  t.match(passkey, {
    userId: 'alice',
    verificationMethod: 'PASSKEY',
    username: 'alice@example.com',
    createdAt: now,
    lastVerifiedAt: now,
    webauthnCredential: {
      credentialId: /^[\w-]{43}$/,
      deviceId: /^[0-9a-f-]{36}$/,
      name: 'Passkey',
      aaguid: '00000000-0000-0000-0000-000000000000',
      credentialBackedUp: true,
      credentialDeviceType: 'multiDevice',
      authenticatorAttachment: 'platform',
      parsedUserAgent: { ua: 'node' },
    },
  })
  t.notMatch(JSON.stringify(passkey), /publicKey|counter|transports/)

  clock.at += 60_000
  const { data } = await browser.passkey.signIn({ action, autofill: true })
  t.match(data, { isVerified: true, userId: 'alice', username: 'alice@example.com' })
  const success = {
    isValid: true,
    state: 'CHALLENGE_SUCCEEDED',
    stateUpdatedAt: '2026-01-05T10:01:00.000Z',
    userId: 'alice',
    action,
    verificationMethod: 'PASSKEY',
    idempotencyKey: /^[0-9a-f-]{36}$/,
  }
  t.match(await sdk.validateChallenge({ token: data?.token ?? '', action }), success)
  t.match(await sdk.validateChallenge({ token: data?.token ?? '', action: 'signIn' }), { isValid: false })
  t.equal(control.passkeysOf('alice')[0]?.lastVerifiedAt, clock.at)
  t.equal(await browser.passkey.isAvailableOnDevice({ userId: 'alice' }), true)
  t.same(
    requests.filter(({ path }) => path.startsWith('/v1/client')).map(({ path }) => path.slice(10)),
    [
      '/user-authenticators/passkey/registration-options',
      '/user-authenticators/passkey',
      '/challenge',
      '/user-authenticators/passkey/authentication-options',
      '/verify/passkey',
      `/user-authenticators/passkey?credentialIds=${control.passkeysOf('alice')[0]?.credential.credentialId}`,
    ],
  )
})

t.test('who calls: a tenant, with or without a colon, or the holder of a token', async (t) => {
  const { call, sdk, clock, apiUrl } = await startWithPasskeys(t)
  const { token } = await sdk.track({ userId: 'alice', action: 'add', attributes: adding })
  for (const authorization of [basic('lab-tenant'), basic('lab-tenant:'), bearer(token)])
    t.equal((await call('/challenge', { action }, authorization)).status, 200, authorization.slice(0, 20))
  const none = ['', 'Basic', basic('another'), basic('lab-tenant:x'), basic('lab-secret:'), bearer('x')]
  for (const authorization of [...none, bearer(token.slice(0, -2)), `Digest ${token}`])
    t.match(await call('/challenge', { action }, authorization), refused(401, 'unauthorized'))
  t.match(await call(`${passkeyPath}/registration-options`, {}), refused(401, 'unauthorized'), 'tokens only')

  const list = await fetch(`${apiUrl}/client/user-authenticators`, {
    headers: { authorization: bearer(token) },
  })
  t.same(await list.json(), [])
  clock.at += 600_000
  t.match(await call('/challenge', { action }, bearer(token)), refused(401, 'expired_token'))
  await sdk.deleteUser({ userId: 'alice' })
  const { token: orphan } = await sdk.track({ userId: 'alice', action: 'add', attributes: adding })
  await sdk.deleteUser({ userId: 'alice' })
  t.match(await call('/challenge', { action }, bearer(orphan)), refused(401, 'unauthorized'))
})

t.test('bodies that are no bodies are refused in the client shape', async (t) => {
  const { call, apiUrl } = await startWithPasskeys(t)
  const table: [path: string, body: unknown][] = [
    ['/challenge', {}],
    ['/challenge', { action: 'a b' }],
    ['/challenge', { action, idempotencyKey: 1 }],
    ['/verify/passkey', {}],
    ['/verify/passkey', { challengeId: 'x', authenticationCredential: { id: 'x' } }],
    [`${passkeyPath}/authentication-options`, { challengeId: 'made up' }],
    [`${passkeyPath}/authentication-options`, { challengeId: 1 }],
  ]
  for (const [path, body] of table) t.match(await call(path, body), refused(400, 'invalid_request'), path)
  t.match(await call('/challenge/sms', {}), refused(404, 'invalid_request'))
  const headers = { authorization: basic('lab-tenant') }
  const unknown = await fetch(`${apiUrl}/client${passkeyPath}?credentialIds=a,b`, { headers })
  t.match({ status: unknown.status, body: await unknown.json() }, refused(404, 'invalid_request'))
})

t.test('any origin may ask first', async (t) => {
  const { apiUrl } = await startWithPasskeys(t)
  for (const path of ['/challenge', '/verify/passkey', passkeyPath]) {
    const answer = await fetch(`${apiUrl}/client${path}`, { method: 'OPTIONS', headers: { origin } })
    t.equal(answer.status, 204)
    t.equal(answer.headers.get('access-control-allow-origin'), '*')
    t.equal(answer.headers.get('access-control-allow-headers'), 'authorization, content-type')
  }
  const refusal = await fetch(`${apiUrl}/client/challenge`, { method: 'POST' })
  t.equal(refusal.headers.get('access-control-allow-origin'), '*', 'on errors too')
})

t.test('the server API is in step: a passkey enrols, and is gone when it is deleted', async (t) => {
  const { sdk, addPasskey, browser, call, apiUrl } = await startWithPasskeys(t)
  await addPasskey('alice', web)
  t.match(await sdk.getUser({ userId: 'alice' }), {
    isEnrolled: true,
    enrolledVerificationMethods: ['PASSKEY'],
  })
  const tracked = await sdk.track({ userId: 'alice', action: 'signIn', attributes: web })
  t.match(tracked, { isEnrolled: true, state: 'CHALLENGE_REQUIRED' })
  const signedIn = await browser.passkey.signIn({ token: tracked.token })
  t.match(await sdk.validateChallenge({ token: signedIn.data?.token ?? '' }), {
    isValid: true,
    action: 'signIn',
  })

  const headers = { authorization: bearer(tracked.token) }
  const list = await (await fetch(`${apiUrl}/client/user-authenticators`, { headers })).json()
  t.same(list, await sdk.getAuthenticators({ userId: 'alice' }))
  const [{ userAuthenticatorId } = { userAuthenticatorId: '' }] = await sdk.getAuthenticators({
    userId: 'alice',
  })
  await sdk.deleteAuthenticator({ userId: 'alice', userAuthenticatorId })
  t.equal((await sdk.getUser({ userId: 'alice' })).isEnrolled, false)
  t.match(await browser.passkey.signIn({ action }), { errorCode: 'unknown_credential' })
  t.equal(await browser.passkey.isAvailableOnDevice({ userId: 'alice' }), false)
  t.match((await call(`${passkeyPath}/authentication-options`, {}, headers.authorization)).body.options, {
    allowCredentials: [],
  })
})

t.test('the SDK is told of a token that is expired', async (t) => {
  const { sdk, clock, browser } = await startWithPasskeys(t)
  const { token } = await sdk.track({ userId: 'alice', action: 'add', attributes: adding })
  clock.at += 600_000
  t.match(await browser.passkey.signUp({ token, username: 'alice' }), { errorCode: 'expired_token' })
})
