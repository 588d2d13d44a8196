import t from 'tap'
import { basic, startWithPasskeys } from './start-with-passkeys.ts'
import { apiSecretKey, refusalOf, startWithSdk, web } from './start-with-sdk.ts'

const action = 'signIn'

t.test('forms without their fields are wrong, and nothing else', async (t) => {
  const lab = await startWithPasskeys(t)
  const { control, sdk } = lab
  const post = async (url: string, fields = {}) =>
    (await fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) })).status
  const track = async (userId: string) => (await sdk.track({ userId, action, attributes: web })).url
  t.equal(await post(await track('app')), 400, 'no code of an app')
  control.setAction(action, 'CHALLENGE', { verificationMethods: ['EMAIL_OTP'] })
  t.equal(await post(await track('mail')), 400, 'no address')
  control.enrol('known', { method: 'EMAIL_OTP' })
  control.user('known').attributes.email = 'known@example.com'
  t.match(await (await fetch(await track('known'))).text(), 'known@example.com')
  control.setRules([])
  control.setAction(action, 'CHALLENGE', { verificationMethods: ['PASSKEY'] })
  control.rpId = new URL(lab.hostedUrl).hostname
  await lab.addPasskey('passkey')
  const status = await post(await track('passkey'))
  t.equal(status, 400, 'no answer of a passkey')
})

t.test('calls without a body', async (t) => {
  const { apiUrl, sdk } = await startWithPasskeys(t)
  const { token } = await sdk.track({ userId: 'alice', action, attributes: web })
  const call = async (path: string, authorization: string) =>
    (await fetch(`${apiUrl}${path}`, { method: 'POST', headers: { authorization } })).status
  const passkey = '/client/user-authenticators/passkey'
  t.equal(await call(`${passkey}/authentication-options`, basic('lab-tenant')), 200)
  t.equal(await call(`${passkey}/registration-options`, `Bearer ${token}`), 200)
  t.equal(await call('/users/alice/actions/signIn', basic(`${apiSecretKey}:`)), 200)
})

t.test('a page whose request is no JSON learns that as the browser SDK reads it', async (t) => {
  const { apiUrl, close } = await startWithSdk()
  t.teardown(close)
  const headers = { authorization: basic('lab'), 'content-type': 'application/json' }
  const answer = await fetch(`${apiUrl}/client/challenge`, { method: 'POST', headers, body: '{' })
  t.equal(answer.status, 400)
  t.match(await answer.json(), { errorCode: 'invalid_request' })
})

t.test('a rule that can not be evaluated fails the call', async (t) => {
  const { control, sdk, close } = await startWithSdk()
  t.teardown(close)
  const rule = { ruleId: 'r', name: 'r', isActive: true, priority: 0, type: 'BLOCK' } as const
  control.setRules([{ ...rule, conditions: { '=~': [1] } }])
  t.match(await refusalOf(sdk.track({ userId: 'alice', action })), { statusCode: 500 })
})

t.test('a new app in place of all that the user had', async (t) => {
  const { control, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice', { method: 'SMS' })
  t.match(control.newCodeFor('alice'), /^\d{6}$/)
  t.equal(control.user('alice').authenticators.length, 1)
})

t.test('a passkey whose browser does not know the transports', async (t) => {
  const { authenticator, call, sdk, control } = await startWithPasskeys(t)
  const { token } = await sdk.track({ userId: 'alice', action, attributes: web })
  const begun = await call('/user-authenticators/passkey/registration-options', {}, `Bearer ${token}`)
  const made = authenticator.register(begun.body.options as never, 'http://localhost:4400')
  const { transports: _, ...response } = made.response
  const added = await call(
    '/user-authenticators/passkey',
    { registrationCredential: { ...made, response }, challengeId: begun.body.challengeId },
    `Bearer ${token}`,
  )
  t.equal(added.status, 200)
  t.match(control.passkeysOf('alice'), [{ credential: { transports: [] } }])
})
