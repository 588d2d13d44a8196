import t from 'tap'
import type { Fault, FaultTarget } from '../../src/stand-in/model/faults.ts'
import { refusalOf, startWithSdk, web } from './start-with-sdk.ts'

const action = 'signIn'
const key = { userId: 'alice', action, idempotencyKey: 'k' }

t.test('a call fails as planned, for as many times as planned', async (t) => {
  const lost = { statusCode: 500 }
  const table: [fault: Fault, refusal: object][] = [
    ['400', { statusCode: 400, errorCode: 'invalid_request' }],
    ['401', { statusCode: 401, errorCode: 'unauthorized' }],
    ['429', { statusCode: 429, errorCode: 'too_many_requests' }],
    ['500', { statusCode: 500, errorCode: 'unexpected_error' }],
    ['503', { statusCode: 503, errorCode: 'unexpected_error' }],
    ['reset', lost],
    ['lost', lost],
    [
      { body: { error: 'x' }, status: 418 },
      { statusCode: 418, errorCode: 'x' },
    ],
  ]
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const call = () => sdk.track({ userId: 'alice', action, attributes: { ...web, idempotencyKey: 'k' } })
  await call()
  const calls: [target: FaultTarget, call: () => Promise<unknown>][] = [
    ['track', call],
    ['validate', () => sdk.validateChallenge({ token: 'x' })],
    ['action', () => sdk.getAction(key)],
    ['user', () => sdk.getUser({ userId: 'alice' })],
    ['authenticators', () => sdk.getAuthenticators({ userId: 'alice' })],
  ]
  for (const [target, call] of calls)
    for (const [fault, refusal] of table) {
      control.fault(target, fault, 2)
      t.match(await refusalOf(call()), refusal, `${target} ${JSON.stringify(fault)}`)
      t.match(await refusalOf(call()), refusal, 'again')
      t.ok(await call(), 'and then no more')
    }
})

t.test('answers that are no answers', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  const call = () => sdk.track({ userId: 'alice', action })
  control.fault('track', 'html')
  control.fault('track', 'empty')
  control.fault('track', 'array')
  control.fault('validate', '500')
  t.match(await call(), /^<!doctype html>/)
  t.equal(await call(), '')
  t.same(await call(), [])
  t.equal((await call()).state, 'ALLOW')
  control.clearFaults()
  t.equal((await sdk.validateChallenge({ token: 'x' })).isValid, false, 'cleared')
})

t.test('forged fields', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice')
  const call = () => sdk.track({ userId: 'alice', action, attributes: web })
  control.fault('track', { patch: { state: 'ALLOW', url: undefined, extra: 1 } })
  const forged = await call()
  t.match(forged, { state: 'ALLOW', isEnrolled: true, extra: 1 })
  t.notOk('url' in forged, 'a field can be missing')
  t.equal(control.action('alice').state, 'CHALLENGE_REQUIRED', 'the action itself stays what it is')
  const claim = { isValid: true, state: 'CHALLENGE_SUCCEEDED', userId: 'bob' }
  control.validateAs(claim, 2)
  t.match(await sdk.validateChallenge({ token: 'x' }), claim)
  t.match(await sdk.validateChallenge({ token: 'x' }), claim)
  t.equal((await sdk.validateChallenge({ token: 'x' })).isValid, false)
})

t.test('lost does the work and reset does not', async (t) => {
  const { sdk, control, close } = await startWithSdk()
  t.teardown(close)
  for (const [fault, isKept] of [
    ['reset', false],
    ['lost', true],
  ] as const) {
    control.fault('track', fault)
    await refusalOf(sdk.track({ userId: fault, action }))
    t.equal(control.tracks.at(-1)?.userId, fault, 'the call is on record')
    t.equal(
      (await sdk.queryUsers({})).users.some(({ userId }) => userId === fault),
      isKept,
      fault,
    )
  }
})

t.test('who follows the redirect is told what would pass', async (t) => {
  const { sdk, control, requests, close } = await startWithSdk()
  t.teardown(close)
  control.enrol('alice')
  control.fault('track', 'redirect')
  const { token, state } = await sdk.track({ userId: 'alice', action, attributes: web })
  t.equal(state, 'ALLOW')
  control.fault('validate', 'redirect')
  t.match(await sdk.validateChallenge({ token }), {
    isValid: true,
    state: 'CHALLENGE_SUCCEEDED',
    userId: 'alice',
  })
  t.equal(requests.filter(({ path }) => path === '/forged').length, 2, 'and it shows in the record')
  t.equal(control.action('alice').state, 'CHALLENGE_REQUIRED')
})

t.test('timeout never answers', async (t) => {
  const { apiUrl, requests, control, close } = await startWithSdk()
  t.teardown(close)
  control.fault('track', 'timeout')
  const abort = new AbortController()
  const call = fetch(`${apiUrl}/users/alice/actions/${action}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('lab-secret:')}` },
    signal: abort.signal,
  })
  const outcome = call.then(
    () => 'answered',
    (error: Error) => error.name,
  )
  while (control.tracks.length === 0) await new Promise((resolve) => setImmediate(resolve))
  // An answer would be here long before the next request's, which takes a whole round trip.
  t.equal((await fetch(`${apiUrl}/x`)).status, 401)
  abort.abort()
  t.equal(await outcome, 'AbortError')
  t.equal(requests.length, 2)
})

t.test('the calls of browsers and the ones about devices and authenticators fail too', async (t) => {
  const { apiUrl, sdk, control, requests, close } = await startWithSdk()
  t.teardown(close)
  await sdk.track({ userId: 'alice', action, attributes: { deviceId: 'd1' } })
  const { token } = await sdk.track({ userId: 'alice', action })
  const secret = `Basic ${btoa('lab-secret:')}`
  const page = `Basic ${btoa('rehearsal')}`
  const passkey = '/client/user-authenticators/passkey'
  const calls: [target: FaultTarget, method: string, path: string, authorization: string, good: number][] = [
    ['client', 'POST', '/client/challenge', page, 200],
    ['client', 'POST', `${passkey}/authentication-options`, page, 200],
    ['client', 'POST', '/client/verify/passkey', page, 400],
    ['client', 'POST', `${passkey}/registration-options`, `Bearer ${token}`, 200],
    ['client', 'POST', passkey, `Bearer ${token}`, 400],
    ['client', 'GET', `${passkey}?credentialIds=x`, page, 404],
    ['client', 'GET', '/client/user-authenticators', `Bearer ${token}`, 200],
    ['device', 'GET', '/users/alice/devices', secret, 200],
    ['device', 'PATCH', '/users/alice/devices/d1', secret, 200],
    ['device', 'POST', '/users/alice/devices/d1/invalidate', secret, 200],
    ['authenticators', 'GET', '/users/alice/authenticators', secret, 200],
    ['authenticators', 'POST', '/users/alice/authenticators', secret, 400],
    ['authenticators', 'DELETE', '/users/alice/authenticators/x', secret, 404],
  ]
  for (const [target, method, path, authorization, good] of calls) {
    const call = (signal: AbortSignal | null = null) =>
      fetch(`${apiUrl}${path}`, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        body: method === 'GET' ? null : JSON.stringify({ action, rememberedUntil: null }),
        redirect: 'manual',
        signal,
      })
    const name = `${method} ${path}`
    control.fault(target, '401')
    control.fault(target, 'html')
    control.fault(target, 'reset')
    const unauthorized = await call()
    t.equal(unauthorized.status, 401, name)
    const errorCode = target === 'client' ? 'unauthorized' : undefined
    t.match(await unauthorized.json(), { error: 'unauthorized', errorCode }, name)
    t.match((await call()).headers.get('content-type'), 'text/html', name)
    await t.rejects(call(), name)
    control.fault(target, 'timeout')
    const before = requests.length
    const abort = new AbortController()
    const hanging = t.rejects(call(abort.signal), { name: 'AbortError' }, name)
    // Its body is on record just before it comes to the fault; a GET has none.
    while (requests[before] === undefined || (method !== 'GET' && requests[before].body === undefined))
      await new Promise((resolve) => setImmediate(resolve))
    t.equal((await call()).status, good, `${name}: then as ever`)
    abort.abort()
    await hanging
    if (good === 200) {
      control.fault(target, 'redirect')
      const redirected = await call()
      t.match([redirected.status, redirected.headers.get('location')], [307, '/forged'], name)
    }
  }
  control.fault('client', 'redirect')
  const followed = await fetch(`${apiUrl}/client/challenge`, {
    method: 'POST',
    headers: { authorization: page, 'content-type': 'application/json' },
    body: JSON.stringify({ action }),
  })
  t.match(await followed.json(), { isVerified: true })
})
