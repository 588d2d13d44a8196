import { VerificationMethod } from '@authsignal/node'
import t from 'tap'
import type { Rule } from '../../src/stand-in/model/types.ts'
import { apiSecretKey, refusalOf, startWithSdk, web } from './start-with-sdk.ts'

const action = 'signIn'

t.test('an unknown or deleted user is answered, not refused', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const nobody = {
    isEnrolled: false,
    emailVerified: false,
    phoneNumberVerified: false,
    enrolledVerificationMethods: [],
    allowedVerificationMethods: ['AUTHENTICATOR_APP', 'PASSKEY', 'EMAIL_OTP', 'SMS'],
  }
  t.same(await sdk.getUser({ userId: 'nobody' }), nobody)
  t.same(await sdk.getAuthenticators({ userId: 'nobody' }), [])
  t.same((await sdk.queryUsers({})).users, [], 'reading creates nobody')

  control.enrol('alice')
  for (const userId of ['alice', 'bob']) await sdk.track({ userId, action, attributes: web })
  const { token } = await sdk.track({ userId: 'alice', action, attributes: web })
  await sdk.deleteUser({ userId: 'alice' })
  t.same(await sdk.getUser({ userId: 'alice' }), nobody)
  t.equal((await sdk.validateChallenge({ token })).isValid, false)
  t.equal((await sdk.queryUserActions({ userId: 'alice' })).length, 0)
  t.equal((await sdk.queryUserActions({ userId: 'bob' })).length, 1)
})

t.test('attributes are changed one by one, and reach the rules', async (t) => {
  const tier: Rule = {
    ruleId: 'tier',
    name: 'tier',
    isActive: true,
    priority: 0,
    type: 'BLOCK',
    conditions: { '==': [{ var: 'custom.tier' }, 'gold'] },
  }
  const { sdk, close } = await startWithSdk({ rules: [tier] })
  t.teardown(close)
  await sdk.updateUser({ userId: 'alice', attributes: { email: 'a@example.com', emailVerified: true } })
  const attributes = { displayName: 'Alice', custom: { tier: 'gold' }, locale: 'de' }
  t.match(await sdk.updateUser({ userId: 'alice', attributes }), { ...attributes, email: 'a@example.com' })
  t.match(await sdk.getUser({ userId: 'alice' }), {
    email: 'a@example.com',
    emailVerified: true,
    displayName: 'Alice',
    custom: { tier: 'gold' },
    locale: undefined,
  })
  t.equal((await sdk.track({ userId: 'alice', action })).state, 'BLOCK')
  const wrong = sdk.updateUser({
    userId: 'alice',
    attributes: { emailVerified: 'yes' as unknown as boolean },
  })
  t.match(await refusalOf(wrong), { statusCode: 400, errorCode: 'invalid_request' })
})

t.test('users are found by what they are called, or by a token', async (t) => {
  const { sdk, close } = await startWithSdk()
  t.teardown(close)
  const names = ['alice', 'bob', 'carol']
  for (const username of names)
    await sdk.track({ userId: `id-${username}`, action, attributes: { username } })
  const idsOf = ({ users }: { users: { userId: string }[] }) => users.map(({ userId }) => userId)

  t.same(idsOf(await sdk.queryUsers({ username: 'bob' })), ['id-bob'])
  t.same(idsOf(await sdk.queryUsers({ email: 'bob@example.com' })), [])
  const page = await sdk.queryUsers({ limit: 2 })
  t.same(idsOf(page), ['id-alice', 'id-bob'])
  t.equal(page.lastEvaluatedUserId, 'id-bob')
  const rest = await sdk.queryUsers({ limit: 2, lastEvaluatedUserId: 'id-bob' })
  t.same([idsOf(rest), rest.lastEvaluatedUserId], [['id-carol'], undefined])

  const { token } = await sdk.track({ userId: 'id-bob', action })
  const byToken = await sdk.queryUsers({ token })
  t.same(idsOf(byToken), ['id-bob'])
  t.match(byToken.tokenPayload, { other: { userId: 'id-bob', actionCode: action } })
  t.match(await refusalOf(sdk.queryUsers({ token: 'x' })), { statusCode: 400 })
})

t.test('authenticators: verified ones are added, listed and deleted', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const secret = control.enrol('alice')
  const sms = { verificationMethod: VerificationMethod.SMS, phoneNumber: '+64210000000' }
  const email = { verificationMethod: VerificationMethod.EMAIL_OTP, email: 'a@example.com' }
  for (const attributes of [sms, email]) {
    const { authenticator } = await sdk.enrollVerifiedAuthenticator({ userId: 'alice', attributes })
    t.match(authenticator, { ...attributes, userId: 'alice', userAuthenticatorId: /./, verifiedAt: /Z$/ })
  }
  t.match(await sdk.getUser({ userId: 'alice' }), {
    isEnrolled: true,
    email: 'a@example.com',
    emailVerified: true,
    phoneNumber: '+64210000000',
    phoneNumberVerified: true,
    enrolledVerificationMethods: ['AUTHENTICATOR_APP', 'SMS', 'EMAIL_OTP'],
    defaultVerificationMethod: 'AUTHENTICATOR_APP',
  })
  const list = await sdk.getAuthenticators({ userId: 'alice' })
  t.match(list, [{ createdAt: '2026-01-05T10:00:00.000Z' }, sms, email])
  t.notMatch(JSON.stringify(list), secret, 'no TOTP secret in it')

  for (const { userAuthenticatorId } of list)
    await sdk.deleteAuthenticator({ userId: 'alice', userAuthenticatorId })
  t.equal((await sdk.getUser({ userId: 'alice' })).isEnrolled, false)
  const gone = [
    sdk.deleteAuthenticator({ userId: 'alice', userAuthenticatorId: 'x' }),
    sdk.deleteAuthenticator({ userId: 'nobody', userAuthenticatorId: 'x' }),
  ]
  for (const call of gone) t.match(await refusalOf(call), { statusCode: 404 })

  const bad = [
    { verificationMethod: VerificationMethod.PASSKEY },
    { verificationMethod: VerificationMethod.SMS, phoneNumber: '021' },
    { verificationMethod: VerificationMethod.EMAIL_OTP },
  ]
  for (const attributes of bad)
    t.match(await refusalOf(sdk.enrollVerifiedAuthenticator({ userId: 'alice', attributes })), {
      statusCode: 400,
      errorCode: 'invalid_request',
    })
  control.enrol('alice')
  control.unenrol('alice')
  t.same(await sdk.getAuthenticators({ userId: 'alice' }), [])
})

t.test('devices: new until a challenge, remembered until a time, invalidated at once', async (t) => {
  const about = (variable: string, priority: number): Rule => ({
    ruleId: variable,
    name: variable,
    isActive: true,
    priority,
    type: 'ALLOW',
    conditions: { var: variable },
  })
  const { apiUrl, sdk, control, clock, close } = await startWithSdk({
    rules: [
      about('device.isNew', 1),
      about('device.isRemembered', 2),
      about('user.hasPreviouslyVerified', 3),
    ],
  })
  t.teardown(close)
  const track = async () =>
    (
      await sdk.track({
        userId: 'alice',
        action,
        attributes: { redirectUrl: web.redirectUrl, deviceId: 'd1' },
      })
    ).ruleIds
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${apiUrl}/users/alice/devices${path}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${apiSecretKey}:`)}`, 'content-type': 'application/json' },
      body: method === 'GET' ? null : JSON.stringify(body ?? {}),
    })
    return { status: answer.status, body: await answer.json() }
  }

  t.same((await call('GET', '')).body, [], 'nobody has no devices')
  t.same(await track(), ['device.isNew'])
  await control.complete({ userId: 'alice' })
  t.same(await track(), ['user.hasPreviouslyVerified'])
  const device = { userId: 'alice', deviceId: 'd1', lastVerificationMethod: 'AUTHENTICATOR_APP' }
  t.match((await call('GET', '')).body, [{ ...device, authenticatedAt: '2026-01-05T10:00:00.000Z' }])

  const rememberedUntil = '2026-01-05T11:00:00.000Z'
  t.match((await call('PATCH', '/d1', { rememberedUntil })).body, { ...device, rememberedUntil })
  t.same(await track(), ['device.isRemembered', 'user.hasPreviouslyVerified'])
  clock.at += 3_600_000
  t.same(await track(), ['user.hasPreviouslyVerified'], 'the time has come')
  clock.at -= 1
  t.same(await track(), ['device.isRemembered', 'user.hasPreviouslyVerified'])
  await call('PATCH', '/d1', { rememberedUntil: null })
  t.same(await track(), ['user.hasPreviouslyVerified'])

  t.match((await call('POST', '/d1/invalidate')).body, { deviceId: 'd1', invalidatedAt: /Z$/ })
  t.same(await track(), ['device.isNew', 'user.hasPreviouslyVerified'])
  t.equal((await call('PATCH', '/d2', { rememberedUntil })).status, 404)
  t.equal((await call('PATCH', '/d1', { rememberedUntil: 'soon' })).status, 400)
})
