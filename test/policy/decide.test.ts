import t from 'tap'
import type { ClientPolicy } from '../../src/config/schema/schema.ts'
import {
  decideFromMemory,
  decideFromTrack,
  isMethodAllowed,
  isSkippable,
  type Memory,
  type TrackOutcome,
  withoutInteraction,
} from '../../src/policy/decide.ts'

const policy: ClientPolicy = {
  clientId: 'web',
  mode: 'enforce',
  redirectUris: ['https://app.example.com/cb'],
  responseTypes: ['code'],
  action: 'oidc-authorize',
  unenrolled: 'enroll',
  methods: [],
  satisfiedByAmr: [],
  remember: 0,
  onError: 'deny',
  grants: ['authorization_code'],
  refreshTokens: 'any',
  send: ['username'],
  returnUris: [],
  custom: {},
}

const hour = 3_600_000
const now = 100 * hour
const nothing: Memory = { proofs: [] }
const pass = (method?: string): Memory => ({ pass: { method }, proofs: [] })
const proof = (ageMs: number, method = 'AUTHENTICATOR_APP'): Memory => ({
  proofs: [{ method, at: now - ageMs }],
})

t.test('what is remembered', (t) => {
  const remembering = { remember: hour }
  const cases: [string, Partial<ClientPolicy>, string[], Memory, string | undefined][] = [
    ['nothing: ask', {}, ['pwd'], nothing, undefined],
    ['a pass', {}, ['pwd'], pass('SMS'), 'pass'],
    ['a pass whose method was not told', {}, [], pass(), 'pass'],
    ['a pass by an allowed method', { methods: ['PASSKEY'] }, [], pass('PASSKEY'), 'pass'],
    ['a pass by a method that is not allowed', { methods: ['PASSKEY'] }, [], pass('SMS'), undefined],
    ['a pass by an unknown method where methods count', { methods: ['PASSKEY'] }, [], pass(), undefined],
    ['amr satisfies', { satisfiedByAmr: ['mfa', 'hwk'] }, ['pwd', 'hwk'], nothing, 'satisfied_by_amr'],
    ['amr does not satisfy', { satisfiedByAmr: ['mfa'] }, ['pwd'], nothing, undefined],
    ['no amr satisfies nothing', { satisfiedByAmr: ['mfa'] }, [], nothing, undefined],
    ['amr is compared by case', { satisfiedByAmr: ['mfa'] }, ['MFA'], nothing, undefined],
    ['amr counts only where it is listed', {}, ['mfa'], nothing, undefined],
    ['a fresh proof', remembering, ['pwd'], proof(hour - 1), 'proof'],
    ['a proof as old as remember', remembering, ['pwd'], proof(hour), undefined],
    ['a proof where nothing is remembered', {}, ['pwd'], proof(0), undefined],
    [
      'a proof by an allowed method',
      { ...remembering, methods: ['PASSKEY'] },
      [],
      proof(1, 'PASSKEY'),
      'proof',
    ],
    ['a proof by another method', { ...remembering, methods: ['PASSKEY'] }, [], proof(1, 'SMS'), undefined],
    ['a pass comes before amr', { satisfiedByAmr: ['mfa'] }, ['mfa'], pass(), 'pass'],
  ]
  for (const [name, keys, amr, memory, reason] of cases) {
    const decision = decideFromMemory({ ...policy, ...keys }, amr, memory, now)
    t.equal(decision?.reason, reason, name)
    t.equal(decision?.verdict, reason && 'release', name)
  }
  t.end()
})

const answer = (state: TrackOutcome['state'], isEnrolled = true, hasChallengeUrl = true): TrackOutcome =>
  ({ state, isEnrolled, hasChallengeUrl }) as TrackOutcome
const noAnswer = (kind: 'unavailable' | 'refused'): TrackOutcome => ({ state: 'no_answer', kind })

t.test('what Authsignal answers', (t) => {
  const cases: [string, Partial<ClientPolicy>, TrackOutcome, string, string, string?][] = [
    ['ALLOW', {}, answer('ALLOW'), 'release', 'no_challenge_needed'],
    ['ALLOW, not enrolled', {}, answer('ALLOW', false), 'challenge', 'enrolment_required'],
    [
      '… and no address to enrol at',
      {},
      answer('ALLOW', false, false),
      'deny',
      'challenge_impossible',
      'server_error',
    ],
    ['… deny', { unenrolled: 'deny' }, answer('ALLOW', false), 'deny', 'unenrolled_denied', 'access_denied'],
    ['… allow', { unenrolled: 'allow' }, answer('ALLOW', false), 'release', 'unenrolled_allowed'],
    ['CHALLENGE_REQUIRED', {}, answer('CHALLENGE_REQUIRED'), 'challenge', 'challenge_required'],
    [
      '… and no address',
      {},
      answer('CHALLENGE_REQUIRED', true, false),
      'deny',
      'challenge_impossible',
      'server_error',
    ],
    ['BLOCK', {}, answer('BLOCK'), 'deny', 'blocked', 'access_denied'],
    [
      'BLOCK, not enrolled and allowed',
      { unenrolled: 'allow' },
      answer('BLOCK', false),
      'deny',
      'blocked',
      'access_denied',
    ],
    ['REVIEW_REQUIRED', {}, answer('REVIEW_REQUIRED'), 'deny', 'review_required', 'access_denied'],
    ['any other state', {}, answer('unknown'), 'deny', 'unknown_state', 'access_denied'],
    ['no answer', {}, noAnswer('unavailable'), 'deny', 'authsignal_unavailable', 'temporarily_unavailable'],
    ['no answer, onError allow', { onError: 'allow' }, noAnswer('unavailable'), 'release', 'fail_open'],
    ['refused', {}, noAnswer('refused'), 'deny', 'authsignal_refused', 'server_error'],
    [
      'refused, onError allow',
      { onError: 'allow' },
      noAnswer('refused'),
      'deny',
      'authsignal_refused',
      'server_error',
    ],
  ]
  for (const [name, keys, outcome, verdict, reason, error] of cases) {
    const expected = { verdict, reason, ...(error !== undefined && { error }) }
    t.strictSame(decideFromTrack({ ...policy, ...keys }, outcome), expected, name)
  }
  t.end()
})

t.test('a request that nobody knows is not released on ALLOW', async (t) => {
  const allowed = { state: 'ALLOW' as const, isEnrolled: true, hasChallengeUrl: true }
  const unenrolled = { ...allowed, isEnrolled: false }
  const unknown = { isRequestUnknown: true }
  t.match(decideFromTrack(policy, allowed, unknown), {
    reason: 'request_unknown',
    error: 'interaction_required',
  })
  t.match(decideFromTrack({ ...policy, unenrolled: 'allow' }, unenrolled, unknown), {
    reason: 'request_unknown',
  })
  t.match(decideFromTrack({ ...policy, unenrolled: 'enroll' }, unenrolled, unknown), { verdict: 'challenge' })
  t.match(decideFromTrack({ ...policy, unenrolled: 'deny' }, unenrolled, unknown), {
    reason: 'unenrolled_denied',
  })
})

t.test('where nobody can be asked, a challenge is a refusal and everything else stays', (t) => {
  const challenge = decideFromTrack(policy, answer('CHALLENGE_REQUIRED'))
  const refusal = { verdict: 'deny', reason: 'prompt_none', error: 'interaction_required' } as const
  t.strictSame(withoutInteraction(challenge, 'prompt_none'), refusal)
  for (const outcome of [answer('ALLOW'), answer('BLOCK')]) {
    const decision = decideFromTrack(policy, outcome)
    t.equal(withoutInteraction(decision, 'not_a_navigation'), decision)
  }
  t.end()
})

t.test('methods', (t) => {
  t.equal(isMethodAllowed(policy, undefined), true)
  t.equal(isMethodAllowed({ ...policy, methods: ['PASSKEY'] }, 'PASSKEY'), true)
  t.equal(isMethodAllowed({ ...policy, methods: ['PASSKEY'] }, 'passkey'), false)
  t.equal(isMethodAllowed({ ...policy, methods: ['PASSKEY'] }, undefined), false)
  t.end()
})

t.test('an enrolment that may be put off', (t) => {
  const grace = { ...policy, graceUntil: now + 1 }
  const skipped: Memory = { pass: { method: undefined, isSkipped: true }, proofs: [] }
  t.equal(isSkippable(grace, now), true)
  t.equal(isSkippable(grace, now + 1), false, 'until then')
  t.equal(isSkippable(policy, now), false)
  for (const unenrolled of ['deny', 'allow'] as const)
    t.equal(isSkippable({ ...grace, unenrolled }, now), false, unenrolled)
  t.match(decideFromMemory(grace, [], skipped, now), { verdict: 'release', reason: 'enrolment_skipped' })
  t.equal(decideFromMemory(grace, [], skipped, now + 1), undefined, 'is no pass later on')
  t.equal(decideFromMemory(policy, [], skipped, now), undefined)
  const unenrolled = { state: 'ALLOW' as const, isEnrolled: false, hasChallengeUrl: true }
  t.match(decideFromTrack(grace, unenrolled, { isSkipped: true }), {
    verdict: 'release',
    reason: 'enrolment_skipped',
  })
  t.match(decideFromTrack(grace, unenrolled), { verdict: 'challenge', reason: 'enrolment_required' })
  t.match(decideFromTrack({ ...grace, unenrolled: 'deny' }, unenrolled, { isSkipped: true }), {
    verdict: 'deny',
  })
  for (const state of ['CHALLENGE_REQUIRED', 'BLOCK', 'REVIEW_REQUIRED', 'unknown'] as const) {
    const outcome = { ...unenrolled, state }
    t.same(
      decideFromTrack(grace, outcome, { isSkipped: true }),
      decideFromTrack(grace, outcome),
      `changes nothing of ${state}`,
    )
  }
  t.end()
})
