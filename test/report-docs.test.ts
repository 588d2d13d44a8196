import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { explain } from '../src/commands/explain.ts'
import { replay } from '../src/commands/replay.ts'
import { report } from '../src/commands/report.ts'
import { answer, decision, refused, released, stepUp } from './audit-reading/lines.ts'
import { runCommand } from './commands/run.ts'
import { times } from './report/report-of.ts'

// The examples of docs/report.md are what the commands print. UPDATE_DOCS=1 writes them anew.

const file = join(import.meta.dirname, '..', 'docs', 'report.md')
const supportId = '6fdd4464-61e8-43ae-97b9-5b0bdcc2c5c8'
const rule = { rule_ids: ['new-device'] }

const at = (hour: number, minute: number, second = 0): { time: string } => ({
  time: new Date(Date.UTC(2026, 10, 2, hour, minute, second)).toISOString(),
})

/** A morning of `web`, which is watched. */
function watched(n: number): string[] {
  const [user, hour] = [`user-${n % 17}`, 7 + (n % 5)]
  const who = { subject: user, session: `session-${n % 23}`, mode: 'monitor', ...at(hour, n % 60) } as const
  const took = { probe_ms: 12 + (n % 7), track_ms: 80 + (n % 50), total_ms: 100 + (n % 60) }
  const asked = (state: string, enrolled = true) => ({
    authsignal: answer(state, { ...rule, enrolled }),
    ...took,
  })
  const sure = released({ ...who })
  if (n % 10 === 9)
    return [
      decision({ ...who, verdict: 'deny', reason: 'blocked', error: 'access_denied', ...asked('BLOCK') }),
      sure,
    ]
  if (n % 6 === 5)
    return [
      decision({
        ...who,
        verdict: 'challenge',
        reason: 'enrolment_required',
        key: 'clients.web.unenrolled',
        ...asked('ALLOW', false),
      }),
      sure,
    ]
  if (n % 3 === 2)
    return [
      decision({
        ...who,
        verdict: 'challenge',
        reason: 'challenge_required',
        ...asked('CHALLENGE_REQUIRED'),
      }),
      sure,
    ]
  return [decision({ ...who, ...asked('ALLOW') }), sure]
}

const mobile = {
  client_id: 'mobile',
  policy_at: 'gateway.yaml:12',
  subject: 'user-3',
  session: 'session-m',
} as const
const ofStepUp = { step_up: 'aS8x0fQk2LmN', idempotency_key: 'Yb3kQm1v' }
const signIn = [
  decision({
    ...mobile,
    ...at(9, 30),
    support_id: supportId,
    verdict: 'challenge',
    reason: 'challenge_required',
    scope: ['openid', 'profile'],
    login_age_seconds: 4,
    authsignal: { ...answer('CHALLENGE_REQUIRED', rule), idempotency_key: ofStepUp.idempotency_key },
    step_up: ofStepUp.step_up,
    ip: '192.0.2.7',
    probe_ms: 14,
    track_ms: 92,
    total_ms: 121,
  }),
  stepUp({
    ...mobile,
    ...at(9, 30, 14),
    ...ofStepUp,
    support_id: 'ab0b1d6a-6f0b-4f1e-9d59-fb7ad3c0b2c5',
    method: 'PASSKEY',
    challenge_seconds: 14,
    validate_ms: 71,
  }),
  released({
    ...mobile,
    ...at(9, 30, 14),
    support_id: 'ab0b1d6a-6f0b-4f1e-9d59-fb7ad3c0b2c5',
    reason: 'kept_response',
  }),
]
const wouldRefuse = { mode: 'monitor', audit: 'would_refuse', ...at(8, 5) } as const
const log = [
  ...Array.from({ length: 120 }, (_, n) => watched(n)).flat(),
  ...times(12, () => refused({ ...wouldRefuse, key: 'clients.web.responseTypes', value: 'code id_token' })),
  refused({
    ...wouldRefuse,
    leg: 'token',
    reason: 'unauthorized_client',
    key: 'clients.web.grants',
    value: 'client_credentials',
  }),
  ...signIn,
]
const yaml = `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
clients:
  web:
    mode: enforce
    redirectUris: [https://web.example.com/cb]
    responseTypes: [code, code id_token]
    unenrolled: deny
    remember: 8h
  mobile: { mode: enforce, redirectUris: ["com.example.app:/cb"] }
`
const folder = t.testdir({ 'audit.jsonl': log.join('\n'), 'gateway.yaml': yaml })
const [audit, config] = ['audit.jsonl', 'gateway.yaml'].map((name) => join(folder, name)) as [string, string]

const examples = {
  report: () => runCommand(report, [audit]),
  replay: () => runCommand(replay, ['--config', config, audit]),
  explain: () => runCommand(explain, [supportId, audit]),
  suppose: () =>
    runCommand(explain, ['--config', config, '--client', 'web', '--amr', 'pwd', '--scope', 'openid email']),
}

for (const [name, run] of Object.entries(examples)) {
  t.test(`the example of ${name} is what is printed`, async (t) => {
    const { code, stdout } = await run()
    t.equal(code, 0)
    const docs = readFileSync(file, 'utf8')
    const block = new RegExp(`(<!-- example: ${name} -->\\n\\n)(?:\`\`\`\\n.*?\`\`\`\\n\\n)?`, 's')
    const written = docs.replace(block, (_, mark: string) => `${mark}\`\`\`\n${stdout}\`\`\`\n\n`)
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, written)
    else t.equal(docs, written)
  })
}
