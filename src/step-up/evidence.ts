import type { AuthsignalError, Tracked } from '../authsignal/authsignal.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import type { Case, Proofs } from '../records/records.ts'
import type { Evidence } from '../telemetry/audit.ts'
import type { AuthsignalFields } from '../telemetry/audit-line.ts'
import { isRequestUnknown } from './case.ts'

/** What was looked at for a decision. */
export interface Seen {
  /** The step-ups that are remembered of this browser and session, for whatever action. */
  readonly proofs: Proofs['stepUps']
  /** Absent where Authsignal was not asked. */
  readonly authsignal?: AuthsignalFields | undefined
}

/** What a decision rested on, for its audit line. @param now epoch milliseconds. */
export function describeEvidence(
  it: Case,
  { action }: Pick<ClientPolicy, 'action'>,
  { proofs, authsignal }: Seen,
  now: number,
): Evidence {
  const ageOf = (at: number): number => Math.floor((now - at) / 1000)
  const ofAction = proofs.filter((proof) => proof.action === action)
  const ages = ofAction.map(({ at }) => ageOf(at))
  const { amr, acr, authTime } = it.user
  return {
    request: it.page === undefined ? (isRequestUnknown(it) ? 'unknown' : 'known') : undefined,
    login_age_seconds: authTime === undefined ? undefined : ageOf(authTime * 1000),
    step_up_age_seconds: ages.length > 0 ? Math.min(...ages) : undefined,
    authsignal,
    amr,
    acr,
    prompt: it.prompt,
    acr_values: it.acrValues,
    proofs: ofAction.map(({ method, at }) => ({ method, age_seconds: ageOf(at) })),
    scope: it.scope,
  }
}

/** Authsignal's answer to track. */
export const describeAnswer = (
  { state, isEnrolled, url, ruleIds }: Tracked,
  idempotencyKey: string,
): AuthsignalFields => ({
  state,
  enrolled: isEnrolled,
  challenge_url: url !== undefined,
  idempotency_key: idempotencyKey,
  rule_ids: ruleIds,
})

/** Why there is none. */
export const describeFailure = (
  { kind, failure, operation, status, errorCode, reason }: AuthsignalError,
  idempotencyKey: string,
): AuthsignalFields => ({
  error: { kind, failure, operation, status, error_code: errorCode, reason },
  idempotency_key: idempotencyKey,
})
