import { join } from 'node:path'
import t from 'tap'
import { readRecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { loadConfig } from '../../src/config/load.ts'
import { printReplay } from '../../src/replay/print-replay.ts'
import { Replay } from '../../src/replay/replay.ts'
import { answer, decision, refused, released } from '../audit-reading/lines.ts'

/** The changes at the only client, or page, of some lines. */
function replay(policy: string, lines: readonly string[], more = '') {
  const replayed = new Replay(load(policy, more))
  for (const text of lines) {
    const line = readRecordedLine(text)
    if (typeof line !== 'string') replayed.add(line)
  }
  return replayed.read()
}

function load(policy: string, more: string) {
  const dir = t.testdir({
    'gateway.yaml': `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
clients:
  web: { redirectUris: ["https://web.example/cb"], ${policy} }
${more}`,
  })
  return loadConfig(join(dir, 'gateway.yaml'), {})
}

const enforce = 'mode: enforce'
const challenged = decision({
  verdict: 'challenge',
  reason: 'challenge_required',
  authsignal: answer('CHALLENGE_REQUIRED'),
})
const enrolled = decision({
  verdict: 'challenge',
  reason: 'enrolment_required',
  authsignal: answer('ALLOW', { enrolled: false }),
})
const proof = decision({ reason: 'proof', proofs: [{ method: 'SMS', age_seconds: 300 }] })
const silent = decision({
  verdict: 'deny',
  reason: 'prompt_none',
  error: 'interaction_required',
  authsignal: answer('CHALLENGE_REQUIRED'),
})
const failed = {
  error: { kind: 'unavailable', failure: 'timeout', operation: 'track' },
  idempotency_key: 'k',
} as const

const cases: [name: string, policy: string, line: string, after: string | undefined, unknown?: RegExp][] = [
  ['the same', enforce, challenged, undefined],
  [
    'a line without a mode',
    enforce,
    decision({ mode: undefined as never, authsignal: answer('ALLOW') }),
    undefined,
  ],
  ['an amr that satisfies', `${enforce}, satisfiedByAmr: [pwd]`, challenged, 'release: satisfied_by_amr'],
  ['a client that is off', 'mode: off', challenged, 'off: not looked at'],
  ['unenrolled: deny', `${enforce}, unenrolled: deny`, enrolled, 'deny: unenrolled_denied'],
  ['unenrolled: allow', `${enforce}, unenrolled: allow`, enrolled, 'release: unenrolled_allowed'],
  ['a proof that still counts', `${enforce}, remember: 10m`, proof, undefined],
  ['a proof too old', `${enforce}, remember: 1m`, proof, undefined, /^Authsignal was not asked \(proof\)$/],
  [
    'a proof by another method',
    `${enforce}, remember: 1h, methods: [PASSKEY]`,
    proof,
    undefined,
    /not asked \(proof\)/,
  ],
  [
    'remembered longer',
    `${enforce}, remember: 1h`,
    decision({
      verdict: 'challenge',
      reason: 'challenge_required',
      authsignal: answer('CHALLENGE_REQUIRED'),
      proofs: [{ method: 'SMS', age_seconds: 2000 }],
    }),
    'release: proof',
  ],
  [
    'a pass',
    `${enforce}, methods: [SMS]`,
    decision({
      reason: 'pass',
      proofs: [
        { method: 'SMS', age_seconds: 2 },
        { method: 'PASSKEY', age_seconds: 90 },
      ],
    }),
    undefined,
  ],
  [
    'a pass by another method',
    `${enforce}, methods: [PASSKEY]`,
    decision({
      reason: 'pass',
      proofs: [
        { method: 'PASSKEY', age_seconds: 90 },
        { method: 'SMS', age_seconds: 2 },
      ],
    }),
    undefined,
    /not asked \(pass\)/,
  ],
  ['a pass by whatever method', enforce, decision({ reason: 'pass' }), undefined],
  [
    'another action',
    `${enforce}, action: other`,
    challenged,
    undefined,
    /the rules of the action other were not asked/,
  ],
  [
    'another action, and an amr that satisfies',
    `${enforce}, action: other, satisfiedByAmr: [pwd]`,
    challenged,
    'release: satisfied_by_amr',
  ],
  [
    'onError: allow',
    `${enforce}, onError: allow`,
    decision({ verdict: 'deny', reason: 'authsignal_unavailable', authsignal: failed }),
    'release: fail_open',
  ],
  ['no page shown before', `${enforce}`, silent, undefined],
  [
    'no page shown before, and none needed',
    `${enforce}, satisfiedByAmr: [pwd]`,
    silent,
    'release: satisfied_by_amr',
  ],
  [
    'a challenge that was open',
    enforce,
    decision({ verdict: 'challenge', reason: 'step_up_open' }),
    undefined,
  ],
  [
    'an enrolment that was put off',
    `${enforce}, graceUntil: 2027-01-31`,
    decision({ reason: 'enrolment_skipped' }),
    undefined,
  ],
  [
    'an enrolment that can be put off no longer',
    `${enforce}, graceUntil: 2026-01-31`,
    decision({ reason: 'enrolment_skipped', authsignal: answer('ALLOW', { enrolled: false }) }),
    'challenge: enrolment_required',
  ],
  [
    'an unknown request',
    enforce,
    decision({ request: 'unknown', authsignal: answer('ALLOW') }),
    'deny: request_unknown',
  ],
  [
    'a line without amr',
    `${enforce}, satisfiedByAmr: [pwd]`,
    decision({ amr: undefined as never, authsignal: answer('ALLOW') }),
    undefined,
  ],
  [
    'a response type that is listed now',
    `${enforce}, responseTypes: [code, "code id_token"]`,
    refused({ key: 'clients.web.responseTypes', value: 'id_token code' }),
    'go on: it is listed now',
  ],
  ['one that is not', enforce, refused({ key: 'clients.web.responseTypes', value: 'id_token' }), undefined],
  [
    'a grant',
    `${enforce}, grants: [password]`,
    refused({ key: 'clients.web.grants', value: 'password' }),
    'go on: it is listed now',
  ],
  [
    'a redirect URI',
    enforce,
    refused({ key: 'clients.web.redirectUris', value: 'https://web.example/cb' }),
    'go on: it is listed now',
  ],
  [
    'one of nobody',
    enforce,
    refused({ key: 'clients.web.redirectUris', value: 'https://other.example/cb' }),
    undefined,
  ],
  ['another refusal', enforce, refused({ value: 'x' }), undefined],
  ['a refusal without a value', enforce, refused({ key: 'clients.web.grants' }), undefined],
  ['a refusal of a client that is off', 'mode: off', refused(), 'off: not looked at'],
]

for (const [name, policy, line, after, unknown] of cases) {
  t.test(name, async (t) => {
    const [web] = replay(policy, [line]).clients
    t.same(
      web?.changes.map(({ what }) => what.after),
      after === undefined ? [] : [after],
    )
    t.equal(web?.unchanged, after === undefined && unknown === undefined ? 1 : 0)
    t.match(web?.unknown, unknown === undefined ? [] : [{ what: unknown, count: 1 }])
  })
}

const pages = `protectedPaths: [{ path: /account, action: oidc-authorize }, { path: /unused }]
passkeys: { tenantId: t, action: oidc-authorize }`

t.test('pages are decided by their own policies', async (t) => {
  const page = { client_id: undefined, authsignal: answer('ALLOW', { enrolled: false }) } as const
  const lines = ['/account', 'passkeys', '/gone'].map((name) => decision({ ...page, page: name }))
  const { clients, unseen } = replay(enforce, lines, pages)
  t.same(
    clients.map(({ kind, name, changes }) => [kind, name, ...changes.map(({ what }) => what.after)]),
    [
      ['page', '/account', 'challenge: enrolment_required'],
      ['page', 'passkeys', 'challenge: enrolment_required'],
      ['page', '/gone', 'off: not looked at'],
    ],
  )
  t.same(unseen, ['web', '/unused'])
  t.match(replay(enforce, [decision({ ...page, page: 'passkeys' })]).clients[0]?.modes, { after: 'off' })
})

t.test('differences first, and what can not be known', async (t) => {
  const more = '  app: { mode: enforce, redirectUris: ["https://app.example/cb"], unenrolled: deny }'
  const lines = [
    challenged,
    proof,
    decision({ mode: 'monitor' }),
    decision({ client_id: undefined }),
    released(),
    decision({ ...JSON.parse(enrolled), client_id: 'app', mode: 'enforce' }),
    ...Array.from({ length: 70 }, (_, n) =>
      refused({ client_id: 'app', reason: `r-${n}` as never, key: 'x.grants', value: 'authorization_code' }),
    ),
  ]
  const config = `${enforce}, remember: 1s`
  const counts = { audit: lines.length, plain: 0, broken: 1, older: 0, newer: 0 }
  const text = printReplay(replay(config, lines, more), counts).join('\n')
  for (const words of [
    /^76 audit lines from .* UTC, decided anew\nskipped 1 broken line/,
    /\n\napp: enforce\n {2} *1 {2}(challenge|refuse): /,
    /\n {2}11 {2}other changes\n {2}0 unchanged\n/,
    /\n\nweb: monitor -> enforce\n {2}decided as before, but now enforced: 1 unchanged\n {2}1 can't be known: Authsignal was not asked \(proof\)/,
    /\n\nwhat can't be known from a log:\n/,
  ])
    t.match(text, words)
  t.notMatch(text, /no line of it/)
  t.match(
    printReplay(replay(config, [challenged], more), counts).join('\n'),
    /\n\napp: no line of it in this log/,
  )
})
