import t from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { passChallenge } from './challenge.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'

t.test('the record of a sign-in with a step-up', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    clients: { web: { remember: '1h' } },
  })
  const { web, authsignal } = world
  const browser = openBrowser(t)
  const seen = watch(world)
  await passChallenge(world, browser, await signIn(browser, web, 'alice'))
  const [first] = seen.audit('decision')
  const [end] = seen.audit('step_up')
  const [released] = seen.audit('released')
  const action = authsignal.control.action('user-alice')
  const common = {
    schema: 1,
    config: /^[0-9a-f]{12}$/,
    support_id: /^[0-9a-f-]{36}$/,
    trace_id: /^[0-9a-f]{32}$/,
    ip: '127.0.0.1',
    client_id: 'web',
    subject: 'user-alice',
    session: /^[\w-]{16}$/,
    mode: 'enforce',
    policy_at: /^gateway\.yaml:\d+$/,
  }
  t.match(first, {
    ...common,
    leg: 'response',
    verdict: 'challenge',
    reason: 'challenge_required',
    action: 'oidc-authorize',
    amr: ['pwd'],
    scope: ['openid'],
    request: 'known',
    login_age_seconds: Number,
    proofs: [],
    authsignal: {
      state: 'CHALLENGE_REQUIRED',
      enrolled: true,
      challenge_url: true,
      rule_ids: [/./],
      idempotency_key: action.idempotencyKey,
    },
    step_up: /^[\w-]{12}$/,
    probe_ms: Number,
    track_ms: Number,
    total_ms: Number,
  })
  t.match(end, {
    ...common,
    leg: 'return',
    verdict: 'passed',
    reason: 'passed',
    action: 'oidc-authorize',
    method: 'AUTHENTICATOR_APP',
    step_up: first?.['step_up'],
    idempotency_key: action.idempotencyKey,
    challenge_seconds: Number,
    validate_ms: Number,
  })
  t.match(released, { ...common, leg: 'return', verdict: 'release', reason: 'kept_response' })
  t.notMatch(world.publicUrl + JSON.stringify([first, end, released]), /\/challenge\/|token=/)

  world.clock.advance(61_000)
  const again = watch(world)
  await startSignIn(browser, web)
  t.match(again.audit('decision'), [
    {
      ...common,
      reason: 'proof',
      key: 'clients.web.remember',
      authsignal: undefined,
      track_ms: undefined,
      step_up_age_seconds: 61,
      proofs: [{ method: 'AUTHENTICATOR_APP', age_seconds: 61 }],
    },
  ])
})

t.test('a failure of Authsignal stands in the decision, in our own words', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb] })
  world.authsignal.control.fault('track', '401')
  await signIn(openBrowser(t), world.web, 'alice')
  t.match(world.audit('decision'), [
    {
      verdict: 'deny',
      reason: 'authsignal_refused',
      error: 'server_error',
      authsignal: {
        error: { kind: 'refused', operation: 'track', status: 401, error_code: 'unauthorized' },
        idempotency_key: /./,
      },
    },
  ])
})

t.test('hashed users, the trace of whoever asks, and the record at any level', async (t) => {
  const world = await openWorld(t, {
    rules: [stepUpForWeb],
    config: {
      log: { level: 'error', subject: 'hashed', subjectKey: 'a key of more than thirty-two characters' },
    },
  })
  const browser = openBrowser(t)
  await passChallenge(world, browser, await signIn(browser, world.web, 'alice'))
  t.ok(world.audit('decision').length > 0)
  for (const line of [...world.audit('decision'), ...world.audit('step_up'), ...world.audit('released')])
    t.match(line['subject'], /^hmac:[0-9a-f]{32}$/)
  t.notMatch(world.log.join(''), 'user-alice')

  const lines = world.log.length
  await fetch(`${world.publicUrl}/connect/authorize?client_id=web&client_id=other`, {
    headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
  })
  t.match(
    world.log.slice(lines).map((line) => JSON.parse(line)),
    [{ audit: 'refused', client_id: 'web', trace_id: traceId }],
  )
})
