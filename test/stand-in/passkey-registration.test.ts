import t from 'tap'
import {
  adding,
  bearer,
  type CreationOptions,
  origin,
  passkeyPath,
  refused,
  startWithPasskeys,
} from './start-with-passkeys.ts'
import { web } from './start-with-sdk.ts'

t.test('adding needs the scope, or a user who has nothing yet', async (t) => {
  const { sdk, control, call, authenticator } = await startWithPasskeys(t)
  const offer = async (userId: string, attributes: object) => {
    const { token } = await sdk.track({ userId, action: 'add', attributes })
    const authorization = bearer(token)
    return { ...(await call(`${passkeyPath}/registration-options`, {}, authorization)), authorization }
  }
  const table: [scope: string | undefined, enrolled: boolean, status: number][] = [
    [undefined, false, 200],
    [undefined, true, 403],
    ['read:authenticators', true, 403],
    ['xadd:authenticators', true, 403],
    ['add:authenticators', true, 200],
    ['read:authenticators add:authenticators', true, 200],
  ]
  for (const [index, [scope, enrolled, status]] of table.entries()) {
    if (enrolled) control.enrol(`user-${index}`)
    const answer = await offer(`user-${index}`, { scope })
    if (status === 200) t.equal(answer.status, 200, scope ?? 'none')
    else t.match(answer, refused(403, 'insufficient_scope'), scope ?? 'none')
  }

  const attributes = { ...adding, idempotencyKey: 'k' }
  const { token: plain } = await sdk.track({
    userId: 'user-1',
    action: 'add',
    attributes: { ...web, idempotencyKey: 'k' },
  })
  await sdk.track({ userId: 'user-1', action: 'add', attributes })
  const refusal = await call(`${passkeyPath}/registration-options`, {}, bearer(plain))
  t.equal(refusal.status, 403, 'the scope is of the token, not of the action')

  const first = await offer('user-1', attributes)
  t.match(first.body.options, {
    rp: { id: 'localhost', name: /./ },
    user: { id: /^[\w-]{22}$/, name: 'user-1', displayName: 'user-1' },
    pubKeyCredParams: [
      { type: 'public-key', alg: -7 },
      { type: 'public-key', alg: -257 },
    ],
    excludeCredentials: [],
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
    attestation: 'none',
  })
  const add = async ({ body, authorization }: Awaited<ReturnType<typeof offer>>, at = origin) => {
    const registrationCredential = authenticator.register(body.options as CreationOptions, at)
    return call(passkeyPath, { registrationCredential, challengeId: body.challengeId }, authorization)
  }
  const added = await add(first)
  t.match(added.body, { isVerified: true, userId: 'user-1', userAuthenticator: { username: 'user-1' } })
  t.match(await sdk.validateChallenge({ token: added.body.accessToken ?? '' }), {
    action: 'add',
    idempotencyKey: 'k',
    verificationMethod: 'PASSKEY',
  })
  const next = await offer('user-1', attributes)
  const [{ credentialId } = { credentialId: '' }] = authenticator.credentials
  t.match(next.body.options, { excludeCredentials: [{ id: credentialId }] })
  t.throws(() => authenticator.register(next.body.options as CreationOptions, origin), /InvalidStateError/)

  const bob = await offer('bob', adding)
  const mixed = { ...bob, authorization: next.authorization }
  t.match(await add(mixed), refused(400, 'invalid_request'), 'a challenge of another user')
  t.match(await add(bob), refused(400, 'invalid_request'), 'is used up by that')
  t.match(await add(await offer('bob', adding), 'http://evil.test'), refused(400, 'invalid_credential'))
  t.equal((await sdk.getUser({ userId: 'bob' })).isEnrolled, false)

  control.setRules([])
  control.setAction('add', 'CHALLENGE', { verificationMethods: ['AUTHENTICATOR_APP'] })
  control.enrol('carol')
  const carol = await add(await offer('carol', adding))
  t.match(await sdk.validateChallenge({ token: carol.body.accessToken ?? '' }), {
    state: 'CHALLENGE_REQUIRED',
  })
})
