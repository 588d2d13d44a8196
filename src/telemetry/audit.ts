import type { AuthsignalError } from '../authsignal/authsignal-error.ts'
import { nameKey } from '../config/policy-origin.ts'
import type { ClientPolicy, Config, PolicyKey } from '../config/schema/schema.ts'
import { hashOf } from '../hash.ts'
import { omitAbsent } from '../omit-absent.ts'
import type { Decision } from '../policy/decide.ts'
import { keyOfReason } from '../policy/deciding-key.ts'
import {
  type AboutFields,
  type AuditFields,
  auditSchema,
  type DecisionFields,
  type Leg,
  type RefusedFields,
  type ReleasedFields,
  type SecurityEvent,
  type SecurityFields,
  type StepUpFields,
  type UnknownUserFields,
  type VerdictFields,
} from './audit-line.ts'
import { describePath } from './describe-path.ts'
import type { Log } from './log.ts'
import { type auditLines, writeLine } from './log-lines.ts'
import { createNameSubject } from './name-subject.ts'
import { durationOf, elapsedInRequest, requestFacts } from './request-context.ts'

/** Whom an audit line is about. */
export interface AuditSubject {
  readonly clientId?: string | undefined
  /** The page that was requested, if it was no client's request. */
  readonly page?: string | undefined
  readonly user?: AuditUser | undefined
}

export interface AuditUser {
  readonly subject: string
  readonly session?: string | undefined
}

/** What every line with a verdict rests on: the policy that governed, and where in the gateway it did. */
export interface Governed {
  readonly policy: ClientPolicy
  readonly leg: Leg
}

/** What was known when it was decided. */
export type Evidence = Omit<
  DecisionFields,
  | keyof VerdictFields
  | 'audit'
  | 'verdict'
  | 'reason'
  | 'error'
  | 'action'
  | 'probe_ms'
  | 'track_ms'
  | 'total_ms'
> & {
  /** The id of the step-up that it leads to; the line has a name for it that leads nowhere. */
  readonly stepUpId?: string | undefined
}

/** The end of a step-up. */
export interface StepUpEnd extends Pick<StepUpFields, 'reason' | 'method' | 'detail'> {
  readonly stepUpId: string
  readonly action: string
  readonly idempotencyKey: string
  /** Milliseconds since it was opened. */
  readonly afterMs: number
}

/** What the gateway refused, or would have. */
export interface Refused extends Pick<RefusedFields, 'reason' | 'error' | 'status' | 'detail' | 'value'> {
  /** The key of the policy that changes it. */
  readonly key?: PolicyKey | undefined
  /** Where the gateway itself failed. */
  readonly err?: unknown
}

/**
 * What must be found again after an incident, one JSON line each, marked `audit` (docs/audit.md). Of the things that pass
 * through, only the client, the user and the reasons are named: never a code, a token or an address with one in it.
 */
export interface Audit {
  decision(about: AuditSubject, governed: Governed, decision: Decision, evidence: Evidence): void
  /** The end of a step-up: by which method it was passed, or what was wrong. */
  finished(about: AuditSubject, governed: Governed, end: StepUpEnd): void
  /** An authorization response went to its client, or would have where the mode is `monitor`. */
  released(about: AuditSubject, governed: Governed, how: ReleasedFields['reason']): void
  /**
   * The gateway answers a request or a response of a protected client itself (`refused`), or would if the mode were
   * `enforce` (`would_refuse`). Of a client that is off there is no line.
   */
  refused(about: AuditSubject, governed: Governed, refused: Refused): void
  /** The probe could not identify the user, so there was nothing to decide. */
  unknownUser(
    about: AuditSubject,
    governed: Governed,
    unknown: Pick<UnknownUserFields, 'verdict' | 'reason' | 'fix'>,
  ): void
  /** `monitor` failed, and nobody noticed but this line. */
  unwatched(about: AuditSubject, error: unknown): void
  /** The OP refused a code that was released. @param refused how old it was, in seconds, and what an operator may change. */
  codeRefused(about: AuditSubject, refused: { readonly age: number; readonly fix?: string | undefined }): void
  /** The user had Authsignal remember the device. */
  deviceRemembered(about: AuditSubject): void
  deviceNotRemembered(about: AuditSubject, error: unknown): void
  /** A user was signed in at the OP after a sign-in by passkey. */
  signedIn(subject: string, by: 'header' | 'jwt'): void
  /** A user's passkeys have changed. */
  passkey(about: AuditSubject, change: 'added' | 'removed'): void
  /** A session at the OP has ended, and its step-ups with it. @param subject whose, where that is known. */
  signedOut(channel: 'front_channel' | 'back_channel', subject: string | undefined): void
  /**
   * What a user had shown counts no more, by an operator's word.
   *
   * @param remembered whether the gateway remembered anything of the user.
   * @param devices how many Authsignal has forgotten, or why it has not.
   */
  forgotten(subject: string, remembered: boolean, devices: number | AuthsignalError): void
  /** Something that no honest party does, or that only a misconfiguration explains. */
  security(event: SecurityEvent, details: Omit<SecurityFields, 'audit' | 'event'>): void
}

/** Sees an audit line before it is written, as far as it is not the same on each. */
export type AuditWatch = (line: AuditFields) => void

/**
 * Builds every audit line. They are written whatever the level of the log.
 *
 * @param config its version.
 * @param watches what counts the lines.
 */
export function createAudit(
  log: Log,
  rules: Config['log'],
  config: string,
  watches: readonly AuditWatch[] = [],
): Audit {
  const record = log.child({}, { level: 'trace' })
  const nameSubject = createNameSubject(rules)

  function write(message: keyof typeof auditLines, line: AuditFields, level?: 'info' | 'error'): void {
    for (const watch of watches) watch(line)
    const { ip, userAgent: user_agent } = requestFacts() ?? {}
    // What a stranger may fill stands last: what is cut off a long line is none of the fields that each has.
    const fields = omitAbsent({ schema: auditSchema, config, ip, user_agent, ...line })
    if (message === 'refused') writeLine(record, message, fields, level)
    else writeLine(record, message, fields)
  }

  const describe = ({ clientId, page, user }: AuditSubject): AboutFields => ({
    client_id: page === undefined ? clientId : undefined,
    page,
    subject: nameSubject(user?.subject),
    session: user?.session?.slice(0, 16),
  })

  const describeVerdict = (
    about: AuditSubject,
    { policy, leg }: Governed,
    key: string | undefined,
  ): VerdictFields => ({
    ...describe(about),
    mode: policy.mode,
    leg,
    policy_at: policy.origin?.at,
    key,
  })

  return {
    decision(about, governed, decision, { stepUpId, ...evidence }) {
      const { verdict, reason } = decision
      write('decision', {
        audit: 'decision',
        ...describeVerdict(about, governed, keyOfReason(governed.policy, reason)),
        verdict,
        reason,
        error: decision.verdict === 'deny' ? decision.error : undefined,
        action: governed.policy.action,
        step_up: stepUpId && nameStepUp(stepUpId),
        probe_ms: durationOf('probe'),
        track_ms: durationOf('track'),
        total_ms: elapsedInRequest(),
        ...evidence,
      })
    },
    finished(about, governed, { stepUpId, idempotencyKey, afterMs, reason, action, method, detail }) {
      const key = reason === 'method_not_allowed' ? nameKey(governed.policy, 'methods') : undefined
      write('step-up', {
        audit: 'step_up',
        ...describeVerdict(about, governed, key),
        verdict: reason === 'passed' ? 'passed' : 'not_passed',
        reason,
        action,
        method,
        detail,
        step_up: nameStepUp(stepUpId),
        idempotency_key: idempotencyKey,
        challenge_seconds: Math.round(afterMs / 1000),
        validate_ms: durationOf('validate'),
      })
    },
    released(about, governed, reason) {
      const key = reason === 'kept_response' ? undefined : keyOfReason(governed.policy, reason)
      write('released', {
        audit: 'released',
        ...describeVerdict(about, governed, key),
        verdict: 'release',
        reason,
      })
    },
    refused(about, governed, { key, ...refused }) {
      const { policy } = governed
      if (policy.mode === 'off') return
      const { method, path } = requestFacts() ?? {}
      const line = {
        ...describeVerdict(about, governed, key && nameKey(policy, key)),
        verdict: 'refuse',
        ...refused,
        method,
        path: path && describePath(path, true),
      } as const
      if (policy.mode === 'monitor') write('would be refused', { audit: 'would_refuse', ...line })
      else write('refused', { audit: 'refused', ...line }, refused.err === undefined ? 'info' : 'error')
    },
    unknownUser(about, governed, unknown) {
      write('the user is unknown', {
        audit: 'unknown_user',
        ...describeVerdict(about, governed, undefined),
        ...unknown,
      })
    },
    unwatched(about, err) {
      write('a sign-in could not be watched', { audit: 'unwatched', ...describe(about), err })
    },
    codeRefused(about, { age, fix }) {
      write('the OP refused a released code', {
        audit: 'code_refused',
        ...describe(about),
        age_seconds: age,
        fix,
      })
    },
    deviceRemembered(about) {
      write('device remembered', { audit: 'device', ...describe(about), remembered: true })
    },
    deviceNotRemembered(about, err) {
      write('device not remembered', { audit: 'device', ...describe(about), remembered: false, err })
    },
    signedIn(subject, by) {
      write('signed in by passkey', { audit: 'signed_in', ...describe({ user: { subject } }), by })
    },
    passkey(about, change) {
      write('passkeys changed', { audit: 'passkey', ...describe(about), change })
    },
    signedOut(channel, subject) {
      const user = subject === undefined ? undefined : { subject }
      write('signed out', { audit: 'signed_out', ...describe({ user }), channel })
    },
    forgotten(subject, remembered, devices) {
      const line = { audit: 'forgotten', ...describe({ user: { subject } }), remembered } as const
      if (typeof devices === 'number') write('user forgotten', { ...line, devices })
      else write('user forgotten, devices not', { ...line, err: devices })
    },
    security(event, { subject, signed_in, ...details }) {
      const users = { subject: nameSubject(subject), signed_in: nameSubject(signed_in) }
      write('security event', { audit: 'security', event, ...details, ...users })
    },
  }
}

/** A name for a step-up that joins its lines, and that no address of the gateway accepts. */
const nameStepUp = (id: string): string => hashOf('audit', id).slice(0, 12)
