import t from 'tap'
import { type Forgery, SoftAuthenticator } from '../lab/authsignal/soft-authenticator.ts'
import {
  type Answer,
  action,
  bearer,
  type CreationOptions,
  origin,
  passkeyPath,
  type RequestOptions,
  refused,
  startWithPasskeys,
} from './start-with-passkeys.ts'
import { web } from './start-with-sdk.ts'

t.test('a sign-in that was started names the action and the key', async (t) => {
  const { sdk, control, addPasskey, begin, verify } = await startWithPasskeys(t)
  await addPasskey('alice')
  const offered = await begin(action, { idempotencyKey: 'mine' })
  t.match(offered.options, {
    rpId: 'localhost',
    challenge: /^[\w-]{43}$/,
    timeout: 60_000,
    userVerification: 'preferred',
    allowCredentials: [],
  })
  const { status, body } = await verify(offered)
  t.equal(status, 200)
  t.match(await sdk.validateChallenge({ token: body.accessToken ?? '', action, userId: 'alice' }), {
    isValid: true,
    idempotencyKey: 'mine',
    verificationMethod: 'PASSKEY',
  })
  t.match(await sdk.getAction({ userId: 'alice', action, idempotencyKey: 'mine' }), {
    state: 'CHALLENGE_SUCCEEDED',
  })
  t.same([...control.user('alice').devices], [], 'a page can not name a device')

  const after = await startWithPasskeys(t)
  await after.addPasskey('alice')
  const first = await after.begin(action, { idempotencyKey: 'k' })
  await after.sdk.track({ userId: 'alice', action, attributes: { idempotencyKey: 'k' } })
  after.control.setState('alice', action, 'k', 'BLOCK')
  t.match(await after.verify(first), refused(400, 'invalid_request'), 'a blocked action stays blocked')
})

t.test('without an action the one that validates names it', async (t) => {
  const { sdk, addPasskey, browser } = await startWithPasskeys(t)
  await addPasskey('alice')
  const { data } = await browser.passkey.signIn()
  const token = data?.token ?? ''
  t.match(await sdk.validateChallenge({ token, action: 'anything' }), { isValid: true, action: 'anything' })
  t.match(await sdk.validateChallenge({ token }), { isValid: true, action: '' })
})

t.test('a challenge counts once, for ten minutes, and so does what was started', async (t) => {
  const { call, clock, addPasskey, begin, verify } = await startWithPasskeys(t)
  await addPasskey('alice')
  const gone = refused(400, 'invalid_request')
  const offered = await begin()
  t.equal((await verify(offered)).status, 200)
  t.match(await verify(offered), gone, 'used')
  const wrong = await begin()
  t.match(await verify(wrong, { spoilSignature: true }), refused(400, 'invalid_credential'))
  t.match(await verify(wrong), gone, 'used by a wrong answer')
  const late = await begin()
  clock.at += 600_000
  t.match(await verify(late), gone, 'expired')

  const { body: started } = await call('/challenge', { action })
  t.match(await verify({ ...offered, ...started }), gone, 'of another kind')
  const options = async () => call(`${passkeyPath}/authentication-options`, started)
  const [one, two] = [await options(), await options()]
  t.equal((await verify(one.body)).status, 200)
  t.match(await verify(two.body), gone, 'its twin')
  t.match(await options(), gone, 'and its start')
})

t.test('answers that do not hold', async (t) => {
  const { control, addPasskey, begin, verify, authenticator } = await startWithPasskeys(t)
  await addPasskey('bob')
  await addPasskey('alice')
  const [bob, alice] = authenticator.credentials
  const bobsHandle = { userHandle: bob?.userHandle ?? '' }
  const table: [name: string, forgery: Forgery, at: string, code?: string][] = [
    ['honest', {}, origin, 'none'],
    ['without a handle', { userHandle: null }, origin, 'none'],
    ['another origin', {}, 'http://localhost:4401'],
    ['another scheme', {}, 'https://localhost:4400'],
    ['another relying party', { rpId: 'example.com' }, origin],
    ['a creation', { type: 'webauthn.create' }, origin],
    ['another challenge', { challenge: 'AAAA' }, origin],
    ['nobody there', { userPresent: false }, origin],
    ['a spoilt signature', { spoilSignature: true }, origin],
    ['the handle of another', bobsHandle, origin],
    ['the key of another', { credentialId: bob?.credentialId ?? '', ...bobsHandle }, origin],
    ['a key that nobody has', { credentialId: 'AAAA' }, origin, 'unknown_credential'],
  ]
  for (const [name, forgery, at, code = 'invalid_credential'] of table) {
    const answer = await verify(await begin(), forgery, at)
    if (code === 'none') t.match(answer, { status: 200, body: { isVerified: true, userId: 'alice' } }, name)
    else t.match(answer, refused(400, code), name)
  }
  const unverified = { userVerified: false }
  t.equal((await verify(await begin(), unverified)).status, 200, 'user verification is preferred')
  control.userVerification = 'required'
  t.match(await verify(await begin(), unverified), refused(400, 'invalid_credential'), 'or required')
  control.origins = []
  t.match(await verify(await begin()), refused(400, 'invalid_credential'), 'no origin is allowed')
  t.not(alice?.userHandle, bob?.userHandle)
})

t.test('a counter that goes back is refused', async (t) => {
  const { sdk, control, call } = await startWithPasskeys(t)
  const key = new SoftAuthenticator({ synced: false, attachment: 'cross-platform' })
  const { token } = await sdk.track({ userId: 'alice', action: 'add', attributes: web })
  const { body } = await call(`${passkeyPath}/registration-options`, {}, bearer(token))
  const registrationCredential = key.register(body.options as CreationOptions, origin)
  await call(passkeyPath, { registrationCredential, challengeId: body.challengeId }, bearer(token))
  t.match(control.passkeysOf('alice')[0]?.credential, {
    credentialBackedUp: false,
    credentialDeviceType: 'singleDevice',
    authenticatorAttachment: 'cross-platform',
  })
  for (const [forgery, status] of [
    [{}, 200],
    [{ signCount: 7 }, 200],
    [{ signCount: 7 }, 400],
  ] as const) {
    const { body } = await call(`${passkeyPath}/authentication-options`, {})
    const authenticationCredential = key.assert(body.options as RequestOptions, origin, forgery)
    const answer = await call('/verify/passkey', { authenticationCredential, challengeId: body.challengeId })
    t.equal(answer.status, status)
  }
})

t.test('a token challenges its own user for its own action', async (t) => {
  const { sdk, control, call, addPasskey, authenticator } = await startWithPasskeys(t)
  await addPasskey('bob')
  await addPasskey('alice')
  const track = async (userId: string, idempotencyKey: string) =>
    (await sdk.track({ userId, action: 'signIn', attributes: { ...web, idempotencyKey } })).token
  const token = await track('alice', 'k')
  const offer = async () => (await call(`${passkeyPath}/authentication-options`, {}, bearer(token))).body
  const answer = async ({ challengeId, options }: Answer, by: string | undefined, forgery?: Forgery) => {
    const authenticationCredential = authenticator.assert(options as RequestOptions, origin, forgery)
    const body = { authenticationCredential, challengeId }
    return call('/verify/passkey', body, by === undefined ? undefined : bearer(by))
  }
  const [bob, alice] = authenticator.credentials
  const offered = await offer()
  t.match(offered.options, { allowCredentials: [{ id: alice?.credentialId, type: 'public-key' }] })
  t.match(await answer(offered, undefined), refused(400, 'invalid_request'), 'not without the token')
  t.match(
    await answer(await offer(), await track('bob', 'b')),
    refused(400, 'invalid_request'),
    'nor with bob’s',
  )

  const { challengeId, options } = await offer()
  const bobs = { ...options, allowCredentials: [{ id: bob?.credentialId, type: 'public-key' }] }
  t.match(
    await answer({ challengeId, options: bobs }, token),
    refused(400, 'invalid_credential'),
    'bob’s key',
  )
  t.equal(control.action('alice', 'k').state, 'CHALLENGE_REQUIRED')
  t.equal((await answer(await offer(), token)).status, 200)
  t.match(control.action('alice', 'k'), { state: 'CHALLENGE_SUCCEEDED', verificationMethod: 'PASSKEY' })

  control.setAction('signIn', 'CHALLENGE', { verificationMethods: ['EMAIL_OTP'] })
  control.setRules([])
  control.enrol('alice', { method: 'EMAIL_OTP', email: 'a@example.com' })
  const emailOnly = await track('alice', 'email')
  const { body } = await call(`${passkeyPath}/authentication-options`, {}, bearer(emailOnly))
  t.match(await answer(body, emailOnly), refused(400, 'invalid_request'), 'a method that is not permitted')
})
