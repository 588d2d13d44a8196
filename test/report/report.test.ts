import t from 'tap'
import { printReport } from '../../src/report/print-report.ts'
import { answer, decision, refused, released, stepUp, write } from '../audit-reading/lines.ts'
import { reportOf, times } from './report-of.ts'

const challenge = { verdict: 'challenge', reason: 'challenge_required' } as const
const enrolment = {
  verdict: 'challenge',
  reason: 'enrolment_required',
  key: 'clients.web.unenrolled',
} as const
const monitor = { mode: 'monitor' } as const
const unknown = { verdict: 'deny', leg: 'response', mode: 'enforce', key: undefined } as const

t.test('each sign-in counts once, whatever lines it leaves', async (t) => {
  const report = reportOf([
    decision({ ...challenge, leg: 'request' }),
    stepUp(),
    decision({ reason: 'pass', leg: 'request' }),
    decision({ reason: 'pass' }),
    released({ reason: 'pass' }),
    decision({ verdict: 'challenge', reason: 'step_up_open' }),
    decision({ reason: 'enrolment_skipped' }),
    decision(),
    released(),
    decision(enrolment),
    decision({ verdict: 'deny', reason: 'blocked', subject: 'bob' }),
    decision({ verdict: 'deny', reason: 'review_required' }),
    decision({ verdict: 'deny', reason: 'prompt_none', prompt: 'none' }),
    write({ ...unknown, audit: 'unknown_user', client_id: 'web', policy_at: undefined, reason: 'no_cookie' }),
    write({
      ...unknown,
      audit: 'unknown_user',
      client_id: 'web',
      policy_at: undefined,
      reason: 'no_cookie',
      verdict: 'forward',
    }),
  ])
  const [web] = report.clients
  t.match(web, { signIns: 7, released: 2, silent: 1, mode: 'enforce', policyAt: 'gateway.yaml:9' })
  t.match(web?.outcomes, {
    released: { count: 1 },
    challenged: { count: 1 },
    enrolled: { count: 1 },
    blocked: { count: 2, users: { count: 2, isExact: true } },
    refused: { count: 1 },
    unknown: { count: 1 },
  })
  t.equal(web?.hours[10]?.challenged, 1)
  t.same(report.users, { count: 2, isExact: true })
})

t.test('under monitor, a sign-in whose user stays unknown is one that enforce would refuse', async (t) => {
  const line = { ...unknown, ...monitor, client_id: 'web', policy_at: undefined } as const
  const forwarded = write({ ...line, audit: 'unknown_user', verdict: 'forward', reason: 'no_cookie' })
  const report = reportOf([decision({ ...monitor }), forwarded])
  t.match(report.clients, [{ signIns: 2, outcomes: { unknown: { count: 1, share: 0.5 } } }])
  t.match(printReport(report).join('\n'), /would be refused: user unknown +1 +50 %/)
})

t.test('what enforce would break stands first, with the key that changes it', async (t) => {
  const types = {
    ...monitor,
    audit: 'would_refuse',
    key: 'clients.web.responseTypes',
    value: 'code id_token',
  } as const
  const report = reportOf([
    ...times(12, () => refused(types)),
    refused({ ...types, value: 'id_token' }),
    ...times(2, () => refused({ ...types, key: 'clients.web.grants', value: 'password' })),
    refused({ ...types, key: 'clients.web.grants', value: 'ciba' }),
    refused({ ...types, key: 'clients.web.redirectUris', value: 'https://a.example/cb' }),
    ...times(3, () => refused({ ...types, key: 'clients.web.redirectUris', value: 'https://b.example/cb' })),
    refused({ ...types, key: undefined, value: undefined, reason: 'malformed_parameters', detail: 'twice' }),
    refused({ ...types, key: 'clients.web.grants', value: undefined }),
    refused({
      ...types,
      client_id: 'app',
      mode: 'enforce',
      key: undefined,
      leg: undefined as never,
      value: 'x',
    }),
    decision({ ...enrolment, ...monitor }),
    ...times(40, (user) =>
      decision({ ...challenge, ...monitor, subject: `user-${user % 10}`, session: `s-${user % 20}` }),
    ),
    decision({ ...monitor, verdict: 'deny', reason: 'prompt_none' }),
  ])
  t.match(
    report.clients.map(({ name, advice }) => [name, ...advice.map(({ text, key }) => `${text} -> ${key}`)]),
    [
      [
        'web',
        '12 requests would be refused: they ask for response_type `code id_token` -> clients.web.responseTypes',
        '3 requests would be refused: they want their answer at `https://b.example/cb` -> clients.web.redirectUris',
        '2 requests would be refused: they use the grant `password` -> clients.web.grants',
        '1 request would be refused: it asks for response_type `id_token` -> clients.web.responseTypes',
        '1 request would be refused: it uses the grant `ciba` -> clients.web.grants',
        '1 request would be refused: it wants its answer at `https://a.example/cb` -> clients.web.redirectUris',
        '1 request would be refused: malformed_parameters, twice (request) -> undefined',
        '1 request would be refused: it uses the grant -> clients.web.grants',
        '1 sign-in of 1 user: The user has no authenticator, and `unenrolled` is enroll: the challenge sets one up. Enrol users beforehand if the password must not be enough for that. -> clients.web.unenrolled',
        /^1 sign-in: A challenge is needed, and the client asked for none .* -> undefined$/,
        '10 users would see 40 challenges; in 20 sessions of the OP, so that remember would spare the rest -> remember, at gateway.yaml:9',
      ],
      ['app', '1 request refused: unsupported_response `x` -> undefined'],
    ],
  )
})

t.test('challenges under monitor, in sessions that are not known or too many to count', async (t) => {
  const one = reportOf([decision({ ...challenge, ...monitor, session: undefined, policy_at: undefined })])
  t.match(one.clients[0]?.advice, [{ text: '1 user would see 1 challenge', key: undefined }])
  const many = reportOf(
    times(10_500, (n) =>
      decision({
        ...challenge,
        ...monitor,
        policy_at: undefined,
        subject: `user-${n}`,
        session: `session-${n % 1500}`,
      }),
    ),
  )
  t.match(many.clients[0]?.advice, [{ text: /^about [\d,]+ users/, key: 'remember' }])
  t.match(many.clients[0]?.advice[0]?.text, /; in about 1,\d+ sessions of the OP/)
})

t.test('failures are named', async (t) => {
  const failed = {
    kind: 'refused',
    failure: 'wrong_key',
    operation: 'track',
    status: 401,
    error_code: 'unauthorized',
  } as const
  const report = reportOf([
    decision({
      verdict: 'deny',
      reason: 'authsignal_refused',
      authsignal: { error: failed, idempotency_key: 'k' },
    }),
    write({ audit: 'unwatched', client_id: 'web', err: { type: 'Error' } }),
    write({ audit: 'code_refused', client_id: 'web', age_seconds: 70, fix: 'shorten it' }),
    write({
      ...unknown,
      audit: 'unknown_user',
      client_id: 'web',
      policy_at: undefined,
      reason: 'consent_required',
      fix: 'allow it',
    }),
    write({ audit: 'security', event: 'unreleased_grant', client_id: 'web' }),
    write({ audit: 'security', event: undefined as never }),
    write({ audit: 'signed_out', channel: 'front_channel', config: undefined as never }),
    decision({ mode: 'monitor' }),
  ])
  t.match(
    report.clients[0]?.advice.map(({ text }) => text),
    [
      'its mode changed within this log: enforce, monitor; all are counted together',
      '1 sign-in whose user the OP does not name (consent_required): allow it',
      /^1 sign-in: Authsignal refused the call/,
      '1 question to Authsignal failed: track wrong_key 401 unauthorized',
      '1 sign-in not watched, since the gateway itself failed; the lines "unwatched" say why',
      '1 released code refused by the OP; the lines "code_refused" say how old',
    ],
  )
  t.same(report.security, [
    { what: 'unreleased_grant', count: 1 },
    { what: '', count: 1 },
  ])
  t.same(report.configs, [{ what: '0123456789ab', count: 7 }])
})

const everything = [
  decision({
    ...challenge,
    prompt: 'login none',
    authsignal: answer('CHALLENGE_REQUIRED', { rule_ids: ['r-1'] }),
    probe_ms: 12,
    track_ms: 80,
    total_ms: 100,
  }),
  ...times(3, () => decision({ time: '2026-11-02T11:00:00Z' })),
  stepUp({ method: 'PASSKEY' }),
  stepUp(),
  stepUp({ verdict: 'not_passed', reason: 'cancelled' }),
  ...times(60, (n) => refused({ value: `made-up-${n}` })),
  decision({ client_id: undefined, page: '/account', mode: 'monitor', policy_at: undefined }),
  decision({ ...challenge, client_id: 'watched', mode: 'monitor' }),
  refused({ client_id: 'never', leg: undefined as never }),
  decision({ client_id: 'ghost', subject: undefined, verdict: 'deny', reason: 'not_verified' }),
  write({ audit: 'device', client_id: 'silent', remembered: true }),
  write({ audit: 'security', event: 'unreleased_grant', client_id: 'web' }),
]

t.test('a report for a terminal', async (t) => {
  const printed = printReport(reportOf(everything, { broken: 2 }))
  const text = printed.join('\n')
  for (const words of [
    /^73 audit lines from 2026-11-02 10:00 to 2026-11-02 11:00 UTC\n1 user\nskipped 2 broken lines/,
    /\n\nwhat to do or to know before enforce\n {2}web: 1 request refused: /,
    /\n\nweb: enforce \(gateway.yaml:9\)\n {2}4 sign-ins of 1 user, 1 of them silent/,
    /\n {2}no challenge needed +3 +75 % {2}1 user\n {2}challenged +1 +25 % {2}1 user/,
    /\n {2}rules that matched\n {4}1 {2}r-1/,
    /\n {2}challenges ended\n {4}2 {2}passed\n {4}1 {2}cancelled/,
    /\n {2}passed by\n {4}1 {2}PASSKEY\n {4}1 {2}not named/,
    /\n {2}web: 50 requests more, of rarer kinds\n/,
    /\n {4}20 {2}others/,
    /\n {4}a challenge +12 s +12 s\n/,
    /\n {4}10:00 {2}1 {2}100 % {2}#+\n {4}11:00 {2}3 +0 % {2}\.{40}\n/,
    /\n\npage \/account: monitor\n {2}1 request of 1 user\n/,
    /\n\nwatched: monitor .*\n.*\n {2}would be challenged +1 +100 % {2}1 user/,
    /# would be challenged or asked to enrol/,
    /\n {2}ghost: 1 sign-in: The user gave up, or failed, and went back to the application\.\n/,
    /\n\nghost: enforce .*\n.*\n {2}refused {2}1 {2}100 %\n/,
    /\n\nnever: enforce .*\n {2}0 sign-ins of 0 users\n {2}refused/,
    /\n\nsilent\n {2}0 sign-ins of 0 users/,
    /\n\nsecurity events\n {2}1 {2}unreleased_grant$/,
  ])
    t.match(text, words)
})

t.test('what stands in a log is never obeyed by a terminal', async (t) => {
  const hostile = '\u001b]0;owned\u0007\u009b2J\u202e\r\n'
  const report = reportOf([
    decision({ client_id: `web${hostile}`, policy_at: hostile }),
    refused({
      client_id: `web${hostile}`,
      value: hostile,
      detail: hostile,
      reason: hostile as never,
      key: hostile,
    }),
    stepUp({ client_id: `web${hostile}`, method: hostile }),
    write({ audit: 'security', event: hostile as never }),
  ])
  for (const line of printReport(report)) t.match(line, /^[ -~]*$/)
})

t.test('a day without anything to do', async (t) => {
  t.notMatch(printReport(reportOf([decision()])).join('\n'), /what to do/)
})
