import t from 'tap'
import type { ClientPolicy, Config } from '../../src/config/schema/schema.ts'
import { deny } from '../../src/policy/decide.ts'
import { type Audit, createAudit, type Evidence } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { noteFacts, runRequest, timed } from '../../src/telemetry/request-context.ts'
import { makeConfig } from '../upstream/config.ts'

const plain: Config['log'] = { level: 'info', subject: 'plain' }
const key = 'a key of more than thirty-two characters'

const policy: ClientPolicy = {
  ...makeConfig({}).defaults,
  clientId: 'web',
  mode: 'enforce',
  origin: { section: 'clients.web', at: 'gateway.yaml:23', keys: {}, inherited: ['unenrolled'] },
}
const about = { clientId: 'web', user: { subject: 'alice', session: 'a hash of twenty-odd characters' } }
const named = { client_id: 'web', subject: 'alice', session: 'a hash of twenty' }
const governed = { policy, leg: 'response' } as const
const verdict = { ...named, mode: 'enforce', leg: 'response', policy_at: 'gateway.yaml:23' }
const facts = { method: 'GET', path: '/connect/authorize', ip: '192.0.2.1', userAgent: 'a browser' }
const supportId = '11111111-2222-3333-4444-555555555555'
const common = {
  level: 30,
  schema: 1,
  config: 'abcdef012345',
  support_id: supportId,
  trace_id: '11111111222233334444555555555555',
  ip: '192.0.2.1',
  user_agent: 'a browser',
}
const evidence: Evidence = { amr: ['pwd'], proofs: [] }

/** What a gateway writes in one request, without the time. */
function linesOf(
  write: (audit: Audit) => unknown,
  { rules = plain, level = 'info' }: { rules?: Config['log']; level?: string } = {},
): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const audit = createAudit(createLog({ level, destination }), rules, 'abcdef012345')
  runRequest({ supportId, now: () => 5 }, () => {
    noteFacts(facts)
    write(audit)
  })
  return lines.map(({ time, ...line }) => {
    if (Number.isNaN(Date.parse(String(time)))) throw new Error('a line without a time')
    return line
  })
}

t.test('every event', async (t) => {
  const error = new Error('what went wrong')
  const table: [write: (audit: Audit) => void, line: Record<string, unknown>][] = [
    [
      (audit) =>
        audit.decision(about, governed, deny('unenrolled_denied', 'access_denied'), {
          ...evidence,
          request: 'known',
          stepUpId: undefined,
        }),
      {
        ...verdict,
        audit: 'decision',
        verdict: 'deny',
        reason: 'unenrolled_denied',
        error: 'access_denied',
        key: 'defaults.unenrolled',
        action: 'oidc-authorize',
        request: 'known',
        amr: ['pwd'],
        proofs: [],
        total_ms: 0,
        msg: 'decision',
      },
    ],
    [
      (audit) =>
        audit.finished(
          about,
          { policy, leg: 'return' },
          {
            stepUpId: 'an id',
            action: 'sign-in',
            idempotencyKey: 'a key',
            afterMs: 61_499,
            reason: 'method_not_allowed',
            method: 'SMS',
          },
        ),
      {
        ...verdict,
        leg: 'return',
        audit: 'step_up',
        verdict: 'not_passed',
        reason: 'method_not_allowed',
        key: 'clients.web.methods',
        action: 'sign-in',
        method: 'SMS',
        step_up: /^[\w-]{12}$/,
        idempotency_key: 'a key',
        challenge_seconds: 61,
        msg: 'step-up',
      },
    ],
    [
      (audit) => audit.released(about, governed, 'fail_open'),
      {
        ...verdict,
        audit: 'released',
        verdict: 'release',
        reason: 'fail_open',
        key: 'clients.web.onError',
        msg: 'released',
      },
    ],
    [
      (audit) => audit.released(about, governed, 'kept_response'),
      { ...verdict, audit: 'released', verdict: 'release', reason: 'kept_response', msg: 'released' },
    ],
    [
      (audit) =>
        audit.refused(about, governed, {
          reason: 'unauthorized_client',
          error: 'unauthorized_client',
          status: 400,
          detail: 'words for the log',
          value: 'password',
          key: 'grants',
        }),
      {
        ...verdict,
        audit: 'refused',
        verdict: 'refuse',
        reason: 'unauthorized_client',
        error: 'unauthorized_client',
        status: 400,
        detail: 'words for the log',
        value: 'password',
        key: 'clients.web.grants',
        method: 'GET',
        path: '/connect/authorize',
        msg: 'refused',
      },
    ],
    [
      (audit) => audit.refused(about, governed, { reason: 'internal', error: 'internal', err: error }),
      {
        ...verdict,
        level: 50,
        audit: 'refused',
        verdict: 'refuse',
        reason: 'internal',
        error: 'internal',
        method: 'GET',
        path: '/connect/authorize',
        err: { type: 'Error', message: 'what went wrong', stack: String },
        msg: 'refused',
      },
    ],
    [
      (audit) =>
        audit.refused(
          { clientId: 'web' },
          { policy: { ...policy, mode: 'monitor' }, leg: 'token' },
          { reason: 'invalid_grant', error: 'invalid_grant' },
        ),
      {
        audit: 'would_refuse',
        client_id: 'web',
        mode: 'monitor',
        leg: 'token',
        policy_at: 'gateway.yaml:23',
        verdict: 'refuse',
        reason: 'invalid_grant',
        error: 'invalid_grant',
        method: 'GET',
        path: '/connect/authorize',
        msg: 'would be refused',
      },
    ],
    [
      (audit) =>
        audit.unknownUser(
          { page: '/account' },
          { policy, leg: 'page' },
          { verdict: 'deny', reason: 'consent_required', fix: 'what to do' },
        ),
      {
        level: 40,
        audit: 'unknown_user',
        page: '/account',
        mode: 'enforce',
        leg: 'page',
        policy_at: 'gateway.yaml:23',
        verdict: 'deny',
        reason: 'consent_required',
        fix: 'what to do',
        msg: 'the user is unknown',
      },
    ],
    [
      (audit) => audit.unwatched({ clientId: 'web' }, error),
      {
        level: 40,
        audit: 'unwatched',
        client_id: 'web',
        err: { type: 'Error', message: 'what went wrong', stack: String },
        msg: 'a sign-in could not be watched',
      },
    ],
    [
      (audit) => audit.codeRefused(about, { age: 70, fix: 'what to do' }),
      {
        ...named,
        level: 40,
        audit: 'code_refused',
        age_seconds: 70,
        fix: 'what to do',
        msg: 'the OP refused a released code',
      },
    ],
    [
      (audit) => audit.deviceRemembered(about),
      { ...named, audit: 'device', remembered: true, msg: 'device remembered' },
    ],
    [
      (audit) => audit.deviceNotRemembered(about, error),
      {
        ...named,
        level: 40,
        audit: 'device',
        remembered: false,
        err: { type: 'Error', message: 'what went wrong', stack: String },
        msg: 'device not remembered',
      },
    ],
    [
      (audit) => audit.signedIn('alice', 'jwt'),
      { audit: 'signed_in', subject: 'alice', by: 'jwt', msg: 'signed in by passkey' },
    ],
    [
      (audit) => audit.passkey({ page: 'passkeys', user: { subject: 'alice' } }, 'added'),
      { audit: 'passkey', page: 'passkeys', subject: 'alice', change: 'added', msg: 'passkeys changed' },
    ],
    [
      (audit) => audit.signedOut('back_channel', 'alice'),
      { audit: 'signed_out', subject: 'alice', channel: 'back_channel', msg: 'signed out' },
    ],
    [
      (audit) => audit.signedOut('front_channel', undefined),
      { audit: 'signed_out', channel: 'front_channel', msg: 'signed out' },
    ],
    [
      (audit) => audit.security('passkey_of_another', { subject: 'alice', signed_in: 'bob' }),
      {
        level: 40,
        audit: 'security',
        event: 'passkey_of_another',
        subject: 'alice',
        signed_in: 'bob',
        msg: 'security event',
      },
    ],
  ]
  for (const [write, line] of table) {
    const [written, ...others] = linesOf(write)
    t.same(others, [])
    const whole = { ...common, ...line }
    t.match(written, whole, String(line['msg']))
    t.same(Object.keys(written ?? {}).sort(), Object.keys(whole).sort(), `${line['msg']}: nothing else`)
  }
})

t.test('of a client that is off nothing is refused', async (t) => {
  const off = { policy: { ...policy, mode: 'off' }, leg: 'token' } as const
  t.same(
    linesOf((audit) => audit.refused(about, off, { reason: 'invalid_grant', error: 'invalid_grant' })),
    [],
  )
})

t.test('the path of a refusal shows neither ids nor parameters', async (t) => {
  const refused = { reason: 'invalid_grant', error: 'invalid_grant' } as const
  const [line] = linesOf((audit) => {
    noteFacts({ ...facts, path: '/step-up/return/an-id/a-nonce;jsessionid=1' })
    audit.refused(about, governed, refused)
  })
  t.match(line, { path: '/step-up/return/…' })
})

t.test('no line names a user otherwise than the configuration says', async (t) => {
  const writeAll = (audit: Audit): void => {
    audit.decision(about, governed, { verdict: 'release', reason: 'pass' }, evidence)
    audit.released(about, governed, 'pass')
    audit.codeRefused(about, { age: 1 })
    audit.deviceRemembered(about)
    audit.signedIn('alice', 'header')
    audit.signedOut('back_channel', 'alice')
    audit.security('page_of_another', { subject: 'alice', signed_in: 'alice' })
  }
  const hashed = linesOf(writeAll, { rules: { level: 'info', subject: 'hashed', subjectKey: key } })
  t.equal(hashed.length, 7)
  t.notMatch(JSON.stringify(hashed), 'alice')
  t.equal(new Set(hashed.map(({ subject }) => subject)).size, 1, 'the same user has the same name')
  t.match(hashed[0]?.['subject'], /^hmac:[0-9a-f]{32}$/)
  t.equal(hashed[6]?.['signed_in'], hashed[6]?.['subject'])
  const omitted = linesOf(writeAll, { rules: { level: 'info', subject: 'omitted' } })
  t.notMatch(JSON.stringify(omitted), /alice|"subject":|"signed_in":/)
})

t.test('the record is written whatever the level of the log', async (t) => {
  t.equal(linesOf((audit) => audit.released(about, governed, 'pass'), { level: 'fatal' }).length, 1)
})

t.test('a step-up has one name on all its lines, which is not its id', async (t) => {
  const [decision, end] = linesOf((audit) => {
    audit.decision(
      about,
      governed,
      { verdict: 'challenge', reason: 'challenge_required' },
      { ...evidence, stepUpId: 'the-id-in-its-address' },
    )
    audit.finished(about, governed, {
      stepUpId: 'the-id-in-its-address',
      action: 'sign-in',
      idempotencyKey: 'key',
      afterMs: 0,
      reason: 'passed',
    })
  })
  t.match(decision?.['step_up'], /^[\w-]{12}$/)
  t.equal(decision?.['step_up'], end?.['step_up'])
  t.match(end, { verdict: 'passed', reason: 'passed' })
  t.notMatch(JSON.stringify([decision, end]), 'the-id-in-its-address')
})

t.test('what took long is told where it was done', async (t) => {
  let at = 0
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const audit = createAudit(createLog({ destination }), plain, '')
  const after = (ms: number) => async () => {
    at += ms
  }
  await new Promise<void>((resolve) =>
    runRequest({ supportId, now: () => at }, async () => {
      await timed('probe', after(20))
      await timed('track', after(30))
      await after(7)()
      audit.decision(about, governed, { verdict: 'release', reason: 'no_challenge_needed' }, evidence)
      resolve()
    }),
  )
  t.match(lines, [{ probe_ms: 20, track_ms: 30, total_ms: 57 }])
})

t.test('a list that a stranger fills pushes nothing out that every line has', async (t) => {
  const scope = Array.from({ length: 10_000 }, (_, index) => `scope-${index}`)
  const [line] = linesOf((audit) =>
    audit.decision(about, governed, { verdict: 'release', reason: 'proof' }, { ...evidence, scope }),
  )
  t.match(line, { ...common, ...verdict, key: 'clients.web.remember', total_ms: 0, amr: ['pwd'] })
})

t.test('what no request causes has no request on its line', async (t) => {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  const audit = createAudit(createLog({ destination }), plain, '')
  audit.refused(about, governed, { reason: 'restart', error: 'restart' })
  t.notMatch(JSON.stringify(lines), /support_id|trace_id|"ip"|"method"|"path"/)
  t.match(lines, [{ audit: 'refused', reason: 'restart' }])
})
