import type {
  AuditFields,
  CommonFields,
  DecisionFields,
  RefusedFields,
  ReleasedFields,
  StepUpFields,
} from '../../src/telemetry/audit-line.ts'

// Audit lines as the gateway writes them, for readers of logs.

type More<F> = Partial<F & CommonFields>

/** One line of a log. */
export const write = (fields: AuditFields & Partial<CommonFields>): string =>
  JSON.stringify({
    level: 30,
    time: '2026-11-02T10:00:00.000Z',
    msg: fields.audit,
    schema: 1,
    config: '0123456789ab',
    ...fields,
  })

const web = {
  client_id: 'web',
  subject: 'alice',
  session: 'session-of-alice',
  mode: 'enforce',
  leg: 'response',
  policy_at: 'gateway.yaml:9',
  key: undefined,
} as const

export const decision = (more: More<DecisionFields> = {}): string =>
  write({
    ...web,
    audit: 'decision',
    verdict: 'release',
    reason: 'no_challenge_needed',
    action: 'oidc-authorize',
    amr: ['pwd'],
    proofs: [],
    ...more,
  })

export const released = (more: More<ReleasedFields> = {}): string =>
  write({ ...web, audit: 'released', verdict: 'release', reason: 'no_challenge_needed', ...more })

export const stepUp = (more: More<StepUpFields> = {}): string =>
  write({
    ...web,
    audit: 'step_up',
    leg: 'return',
    verdict: 'passed',
    reason: 'passed',
    action: 'oidc-authorize',
    step_up: 'step-up-1',
    idempotency_key: 'key-1',
    challenge_seconds: 12,
    ...more,
  })

export const refused = (more: More<RefusedFields> = {}): string =>
  write({
    ...web,
    subject: undefined,
    session: undefined,
    audit: 'refused',
    leg: 'request',
    verdict: 'refuse',
    reason: 'unsupported_response',
    error: 'unsupported_response',
    status: 400,
    ...more,
  })

/** An answer of Authsignal. */
export const answer = (
  state: string,
  more: { enrolled?: boolean; challenge_url?: boolean; rule_ids?: string[] } = {},
) => ({ state, enrolled: true, challenge_url: true, idempotency_key: 'key-1', ...more })
