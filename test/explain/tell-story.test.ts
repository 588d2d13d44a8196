import t from 'tap'
import { type RecordedLine, readRecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { tellStory } from '../../src/explain/tell-story.ts'
import { answer, decision, refused, released, stepUp, write } from '../audit-reading/lines.ts'

const tell = (...texts: string[]): string =>
  tellStory(texts.map((text) => readRecordedLine(text) as RecordedLine)).join('\n')
const at = (ms: number) => ({ time: new Date(Date.UTC(2026, 10, 2, 10) + ms).toISOString() })
const challenged = decision({
  verdict: 'challenge',
  reason: 'challenge_required',
  support_id: 's-1',
  ip: '192.0.2.1',
  user_agent: 'Browser/1',
  acr: 'a',
  scope: ['openid', 'email'],
  acr_values: 'b',
  prompt: 'login',
  request: 'unknown',
  login_age_seconds: 3,
  proofs: [{ method: 'SMS', age_seconds: 4000 }, { age_seconds: 7200 }],
  authsignal: answer('CHALLENGE_REQUIRED', { rule_ids: ['r-1', 'r-2'] }),
  probe_ms: 12,
  track_ms: 80,
  total_ms: 101,
})

t.test('a story from the request to the answer', async (t) => {
  const story = tell(
    challenged,
    stepUp({ ...at(12_300), support_id: 's-2', method: 'PASSKEY', validate_ms: 70 }),
    released({ ...at(12_400), support_id: 's-2', reason: 'kept_response' }),
  )
  t.equal(
    story,
    `2026-11-02T10:00:00.000Z  sign-in at web
  user: alice
  from: 192.0.2.1
  browser: Browser/1
  configuration: 0123456789ab
  support ids: s-1 s-2

  +0 ms     decided when the OP had answered: challenge (challenge_required): Authsignal asks for a challenge.
              seen: user: alice; amr: pwd; acr: a; scope: openid email; acr_values: b; prompt: login; request: unknown; signed in: 3.0 s before
              remembered: SMS, 67 min before; a step-up, 2 h before
              YAML: mode enforce, at gateway.yaml:9
              Authsignal: CHALLENGE_REQUIRED; the user has an authenticator; by the rule r-1, r-2
              took: 101 ms, of it asking the OP: 12 ms, asking Authsignal: 80 ms
  +12 s     the challenge was passed by PASSKEY after 12 s
              asking Authsignal took: 70 ms
  +12 s     released: the answer of the OP went to the client (kept_response)

ended: the client got its answer (12 s from the first line to the last)`,
  )
})

t.test('no lines', async (t) => t.equal(tell(), ''))

const failed = {
  kind: 'refused',
  failure: 'wrong_key',
  operation: 'track',
  status: 401,
  error_code: 'unauthorized',
} as const
const unknown = {
  audit: 'unknown_user',
  client_id: 'web',
  mode: 'enforce',
  leg: 'response',
  verdict: 'deny',
  policy_at: undefined,
  key: undefined,
} as const
const watched = { mode: 'monitor' } as const

const stories: [name: string, lines: string[], words: (string | RegExp)[]][] = [
  ['a time without its parts', [decision({ total_ms: 30 })], ['took: 30 ms\n']],
  [
    'nobody came back',
    [challenged],
    ['ended: a challenge was shown, and nobody came back from it in this log'],
  ],
  [
    'the log ends',
    [decision({ request: undefined, amr: undefined as never })],
    ['amr: none', 'ended: it could go on; its answer is not in this log'],
  ],
  [
    'cancelled',
    [
      challenged,
      stepUp({
        ...at(5000),
        verdict: 'not_passed',
        reason: 'cancelled',
        challenge_seconds: undefined as never,
        detail: 'x',
      }),
    ],
    ['the challenge was not passed: cancelled', 'detail: x', 'ended: the challenge was not passed (5.0 s'],
  ],
  [
    'passed, and gone',
    [challenged, stepUp()],
    ['ended: the challenge was passed, and the sign-in did not go on in this log'],
  ],
  [
    'denied',
    [
      decision({
        verdict: 'deny',
        reason: 'authsignal_refused',
        error: 'server_error',
        key: 'x.y',
        authsignal: { error: failed, idempotency_key: 'k' },
        probe_ms: 5,
      }),
    ],
    [
      'Authsignal: failed: wrong_key, track, 401, unauthorized',
      'took: asking the OP: 5 ms',
      'the client gets: server_error',
      'ended: refused (authsignal_refused); the client got server_error',
      /to do: See the line on the failed call .* -> x\.y$/,
    ],
  ],
  [
    'denied, by a reason of later',
    [decision({ verdict: 'deny', reason: 'new_reason' as never, leg: 'new_leg' as never })],
    ['decided new_leg: deny (new_reason)\n', 'ended: refused (new_reason) ('],
  ],
  [
    'not enrolled, without a page, by no rule',
    [
      decision({
        leg: undefined as never,
        authsignal: answer('ALLOW', { enrolled: false, challenge_url: false, rule_ids: [] }),
      }),
    ],
    [
      "Authsignal: ALLOW; the user has no authenticator; no page for a challenge; by the action's default, no rule matched",
    ],
  ],
  [
    'by rules that Authsignal did not name',
    [decision({ authsignal: answer('ALLOW') })],
    [/Authsignal: ALLOW; the user has an authenticator\n/],
  ],
  [
    'refused',
    [refused({ value: 'v', detail: 'd', method: 'GET', path: '/authorize', support_id: 'x' })],
    [
      'refused before the OP answered: unsupported_response',
      'request: GET /authorize',
      'the answer: 400 unsupported_response',
      'ended: refused with unsupported_response',
    ],
  ],
  [
    'refused, with less',
    [
      refused({
        leg: undefined as never,
        error: undefined as never,
        status: undefined,
        mode: undefined as never,
        policy_at: undefined,
        path: '/x',
      }),
    ],
    ['request: /x', 'ended: refused with unsupported_response'],
  ],
  [
    'refused, with an error alone',
    [refused({ status: undefined, error: 'invalid_grant' })],
    ['the answer: invalid_grant'],
  ],
  [
    'would be refused',
    [refused({ ...watched, audit: 'would_refuse' })],
    [
      'would have been refused by enforce',
      'the answer would be: 400',
      'ended: nothing was enforced (monitor)',
    ],
  ],
  [
    'watched',
    [decision(watched), released(watched)],
    ['ended: the client got its answer, as always in monitor'],
  ],
  [
    'unknown',
    [write({ ...unknown, reason: 'consent_required', fix: 'allow it' })],
    [
      'the OP did not say who the user is: consent_required',
      'ended: refused, since nobody knew the user',
      'to do: allow it',
    ],
  ],
  [
    'a page',
    [decision({ client_id: undefined, page: '/account' })],
    ['request for the page /account', 'ended: the page was shown'],
  ],
  [
    'something else',
    [
      write({ audit: 'security', event: 'unreleased_grant' }),
      write({ audit: 'code_refused', age_seconds: 5, fix: 'shorten' }),
    ],
    [
      'sign-in at \n',
      'security event: unreleased_grant',
      'code_refused\n',
      'ended: this log does not say how',
      'to do: shorten',
    ],
  ],
]

for (const [name, lines, words] of stories) {
  t.test(name, async (t) => {
    const story = tell(...lines)
    for (const word of words)
      t.ok(typeof word === 'string' ? story.includes(word) : word.test(story), `${word}`, { story })
  })
}
