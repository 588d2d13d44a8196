import { UserActionState } from '@authsignal/node'
import t from 'tap'
import { type ActionState, actionStates, type Rule } from '../../src/stand-in/model/types.ts'
import { redirectUrl, refusalOf, startWithSdk, tokenOf, web } from './start-with-sdk.ts'

const action = 'signIn'

function always(type: Rule['type'], more: Partial<Rule> = {}): Rule {
  return { ruleId: `rule-${type}`, name: type, isActive: true, priority: 5, type, ...more }
}

t.test('a rule decides; who is not enrolled is never challenged', async (t) => {
  const totp = ['AUTHENTICATOR_APP']
  const table: [name: string, rules: Rule[], enrolled: string[], state: ActionState, isEnrolled: boolean][] =
    [
      ['no rule', [], totp, 'ALLOW', true],
      ['no rule, not enrolled', [], [], 'ALLOW', false],
      ['ALLOW', [always('ALLOW')], totp, 'ALLOW', true],
      ['CHALLENGE', [always('CHALLENGE')], totp, 'CHALLENGE_REQUIRED', true],
      ['CHALLENGE, not enrolled', [always('CHALLENGE')], [], 'ALLOW', false],
      ['REVIEW', [always('REVIEW')], totp, 'REVIEW_REQUIRED', true],
      ['REVIEW, not enrolled', [always('REVIEW')], [], 'REVIEW_REQUIRED', false],
      ['BLOCK', [always('BLOCK')], totp, 'BLOCK', true],
      ['BLOCK, not enrolled', [always('BLOCK')], [], 'BLOCK', false],
      [
        'a permitted method',
        [always('CHALLENGE', { verificationMethods: ['PASSKEY'] })],
        ['SMS', 'PASSKEY'],
        'CHALLENGE_REQUIRED',
        true,
      ],
      [
        'no permitted method',
        [always('CHALLENGE', { verificationMethods: ['PASSKEY'] })],
        ['SMS'],
        'ALLOW',
        false,
      ],
      [
        'the first of two',
        [always('BLOCK', { priority: 9 }), always('CHALLENGE')],
        totp,
        'CHALLENGE_REQUIRED',
        true,
      ],
    ]
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  for (const [index, [name, rules, enrolled, state, isEnrolled]] of table.entries()) {
    const userId = `user-${index}`
    control.setRules(rules)
    for (const method of enrolled) control.enrol(userId, { method })
    const answer = await sdk.track({ userId, action, attributes: { idempotencyKey: 'k' } })
    const sorted = rules.toSorted((one, other) => one.priority - other.priority)
    t.match(
      answer,
      {
        idempotencyKey: 'k',
        state,
        isEnrolled,
        enrolledVerificationMethods: enrolled,
        allowedVerificationMethods: sorted[0]?.verificationMethods ?? [
          'AUTHENTICATOR_APP',
          'PASSKEY',
          'EMAIL_OTP',
          'SMS',
        ],
        ruleIds: sorted.map(({ ruleId }) => ruleId),
        token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
        url: /^http:\/\/127\.0\.0\.1:\d+\/challenge\?t=/,
      },
      name,
    )
  }
})

t.test('an action has a default and permitted methods', async (t) => {
  const { sdk, control, close } = await startWithSdk({ rules: [] })
  t.teardown(close)
  control.enrol('alice', { method: 'SMS' })
  control.enrol('alice', { method: 'PASSKEY' })
  const methods = { verificationMethods: ['PASSKEY'], defaultVerificationMethod: 'PASSKEY' }
  control.setAction(action, 'CHALLENGE', methods)
  t.match(await sdk.track({ userId: 'alice', action }), {
    state: 'CHALLENGE_REQUIRED',
    allowedVerificationMethods: ['PASSKEY'],
    defaultVerificationMethod: 'PASSKEY',
    ruleIds: [],
  })
  t.match(await sdk.track({ userId: 'alice', action: 'another' }), {
    state: 'ALLOW',
    defaultVerificationMethod: 'SMS',
  })
  control.setRules([always('ALLOW')])
  t.equal((await sdk.track({ userId: 'alice', action })).state, 'ALLOW', 'a rule overrides the default')
})

t.test('track refuses what the service refuses', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const table: [name: string, action: string, attributes: Record<string, unknown>][] = [
    ['a space in the action', 'sign%20in', {}],
    ['a long action', 'a'.repeat(65), {}],
    ['a relative redirectUrl', action, { redirectUrl: '/return' }],
    ['a number as key', action, { idempotencyKey: 1 }],
    ['an empty key', action, { idempotencyKey: '' }],
    ['a nested data point', action, { custom: { a: { b: 1 } } }],
  ]
  for (const [name, code, attributes] of table)
    t.match(
      await refusalOf(sdk.track({ userId: 'alice', action: code, attributes })),
      { statusCode: 400, errorCode: 'invalid_request' },
      name,
    )
  control.verificationMethods = []
  t.match(await refusalOf(sdk.track({ userId: 'alice', action })), {
    statusCode: 400,
    errorCode: 'AUTHENTICATOR_NOT_FOUND',
  })
  t.equal(control.tracks.length, table.length + 1, 'refused calls are on record too')
})

t.test('ids are decoded one level', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  for (const userId of ['a/b', 'a b', '123:test', 'a%2Fb', '%252e', 'ü', 'x?y#z', 'u'.repeat(300)]) {
    const { idempotencyKey } = await sdk.track({ userId: encodeURIComponent(userId), action })
    t.equal(control.tracks.at(-1)?.userId, userId)
    t.equal(control.action(userId).idempotencyKey, idempotencyKey)
  }
})

t.test('a repeated key', async (t) => {
  const { sdk, control, clock, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice')
  const call = { userId: 'alice', action, attributes: { ...web, idempotencyKey: 'k' } }
  const first = await sdk.track(call)
  control.setRules([always('BLOCK')])
  clock.at += 1000

  const again = await sdk.track(call)
  t.equal(again.state, 'CHALLENGE_REQUIRED', 'keeps the state')
  t.not(again.token, first.token, 'gives a fresh token')
  t.not(again.url, first.url, 'gives a fresh url')
  await sdk.track({ ...call, attributes: { idempotencyKey: 'k' } })
  t.ok((await control.complete({ userId: 'alice' })).startsWith(`${redirectUrl}&token=`), 'and the way back')
  control.setState('alice', action, 'k', 'CHALLENGE_REQUIRED')
  const other = await sdk.track({ ...call, action: 'another' })
  t.equal(other.state, 'BLOCK', 'is another key in another action')

  control.repeatedTrack = 'reevaluate'
  t.equal((await sdk.track(call)).state, 'BLOCK')
  control.repeatedTrack = 'conflict'
  t.match(await refusalOf(sdk.track(call)), { statusCode: 409, errorCode: 'invalid_request' })
  t.ok((await sdk.track({ userId: 'bob', action })).idempotencyKey, 'a missing key is made up')
})

t.test('track stores what it is told of the user, and records every call', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const attributes = { ...web, email: 'a@example.com', phoneNumber: '+6421000000', username: 'Alice' }
  await sdk.track({ userId: 'alice', action, attributes })
  await sdk.track({ userId: 'alice', action })
  t.match(await sdk.getUser({ userId: 'alice' }), {
    email: 'a@example.com',
    phoneNumber: '+6421000000',
    username: 'Alice',
    emailVerified: false,
  })
  t.same(control.tracks, [
    { userId: 'alice', action, attributes },
    { userId: 'alice', action, attributes: {} },
  ])
})

t.test('validate looks the state up', async (t) => {
  const { sdk, control, clock, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice')
  const attributes = { ...web, idempotencyKey: 'k' }
  const { token } = await sdk.track({ userId: 'alice', action, attributes })
  const named = { userId: 'alice', action, idempotencyKey: 'k' }

  t.same(
    await sdk.validateChallenge({ token }),
    {
      isValid: false,
      state: 'CHALLENGE_REQUIRED',
      ...named,
    },
    'the challenge is not done',
  )
  const garbage = { isValid: false }
  t.match(await sdk.validateChallenge({ token, userId: 'bob' }), { ...garbage, error: 'User is invalid.' })
  t.match(await sdk.validateChallenge({ token, action: 'x' }), { ...garbage, error: 'Action is invalid.' })
  t.match(await sdk.validateChallenge({ token: 'invalid-token' }), { ...garbage, state: undefined })
  t.match(await sdk.validateChallenge({ token: token.slice(0, -2) }), { ...garbage, state: undefined })

  clock.at += 60_000
  const back = tokenOf(await control.complete({ userId: 'alice' }))
  const success = {
    isValid: true,
    state: 'CHALLENGE_SUCCEEDED',
    stateUpdatedAt: '2026-01-05T10:01:00.000Z',
    ...named,
    verificationMethod: 'AUTHENTICATOR_APP',
  }
  t.match(await sdk.validateChallenge({ token: back, ...named }), success, 'the token that came back')
  t.match(await sdk.validateChallenge({ token: back }), success, 'and again')
  t.match(await sdk.validateChallenge({ token }), success, 'the token from before the challenge')

  clock.at += 9 * 60_000
  t.match(await sdk.validateChallenge({ token }), { ...garbage, state: undefined }, 'expired')
  t.match(await sdk.validateChallenge({ token: back }), success, 'the later one is a minute younger')
  clock.at += 60_000
  t.match(await sdk.validateChallenge({ token: back }), { ...garbage, state: undefined }, 'expired')
  t.match(control.validations, [{ token }, { token, userId: 'bob' }])
})

t.test('a token lives as long as it is set to', async (t) => {
  const { sdk, control, clock, close } = await startWithSdk()
  t.teardown(close)
  control.tokenLifetimeMs = 1000
  const { token } = await sdk.track({ userId: 'alice', action })
  t.equal((await sdk.validateChallenge({ token })).state, 'ALLOW')
  clock.at += 1000
  t.equal((await sdk.validateChallenge({ token })).state, undefined)
})

t.test('validate answers both action and actionCode', async (t) => {
  const { apiUrl, sdk, close } = await startWithSdk()
  t.teardown(close)
  const { token } = await sdk.track({ userId: 'alice', action })
  const answer = await fetch(`${apiUrl}/validate`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('lab-secret:')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  t.match(await answer.json(), { action, actionCode: action, isValid: false, state: 'ALLOW' })
})

t.test('an action can be read, changed and listed', async (t) => {
  const { sdk, control, clock, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice')
  const key = { userId: 'alice', action, idempotencyKey: 'k' }
  await sdk.track({ userId: 'alice', action, attributes: { ...web, idempotencyKey: 'k' } })
  clock.at += 1000
  for (const state of actionStates) {
    const attributes = { state: UserActionState[state] }
    t.same(await sdk.updateAction({ ...key, attributes }), { state })
    t.match(await sdk.getAction(key), {
      state,
      createdAt: '2026-01-05T10:00:00.000Z',
      stateUpdatedAt: '2026-01-05T10:00:01.000Z',
      rules: [{ ruleId: /^[0-9a-f-]{36}$/, name: 'step up for client web' }],
      ruleIds: [/^[0-9a-f-]{36}$/],
      priorityRuleId: /^[0-9a-f-]{36}$/,
    })
  }
  const missing = { statusCode: 404, errorCode: 'invalid_request' }
  t.match(await refusalOf(sdk.getAction({ ...key, idempotencyKey: 'x' })), missing)
  const nonsense = { state: 'DONE' as UserActionState }
  t.match(await refusalOf(sdk.updateAction({ ...key, attributes: nonsense })), { statusCode: 400 })

  const list = async (filter: { state?: UserActionState; actionCodes?: string[]; fromDate?: string }) =>
    (await sdk.queryUserActions({ userId: 'alice', ...filter })).length
  t.equal(await list({}), 1)
  t.equal(await list({ state: UserActionState.REVIEW_FAILED, actionCodes: ['x', action] }), 1)
  t.equal(await list({ state: UserActionState.ALLOW }), 0)
  t.equal(await list({ actionCodes: ['x'] }), 0)
  t.equal(await list({ fromDate: '2026-01-05T10:00:00.001Z' }), 0)
})

t.test('a test can set states and pass a challenge by any method', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice', { method: 'SMS' })
  for (const idempotencyKey of ['one', 'two'])
    await sdk.track({ userId: 'alice', action, attributes: { ...web, idempotencyKey } })
  const url = await control.complete({ userId: 'alice', idempotencyKey: 'one', method: 'SMS' })
  t.ok(url.startsWith(`${redirectUrl}&token=`))
  t.match(await sdk.validateChallenge({ token: tokenOf(url) }), {
    isValid: true,
    idempotencyKey: 'one',
    verificationMethod: 'SMS',
  })
  control.setState('alice', action, 'two', 'BLOCK')
  t.equal(control.action('alice', 'two').state, 'BLOCK')
  t.equal(control.action('alice').idempotencyKey, 'two', 'the latest')

  t.throws(() => control.action('bob'), { message: /no action of user "bob"/ })
  t.throws(() => control.setState('alice', action, 'x', 'BLOCK'), { message: /no such action/ })
  t.throws(() => control.codeFor('alice'), { message: /no authenticator app/ })
  await sdk.track({ userId: 'alice', action })
  await t.rejects(control.complete({ userId: 'alice' }), { message: /without a redirectUrl/ })
})
