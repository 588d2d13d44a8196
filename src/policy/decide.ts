import type { ClientPolicy } from '../config/schema/schema.ts'
import { isYounger } from './age.ts'

/** An authorization error code that a client may see (RFC 6749 4.1.2.1, OIDC Core 3.1.2.6, OpenID unmet_authentication_requirements). */
export type AuthorizationError =
  | 'access_denied'
  | 'interaction_required'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unmet_authentication_requirements'

export type ReleaseReason =
  | 'pass'
  | 'satisfied_by_amr'
  | 'proof'
  | 'no_challenge_needed'
  | 'unenrolled_allowed'
  | 'enrolment_skipped'
  | 'fail_open'
export type ChallengeReason = 'challenge_required' | 'enrolment_required' | 'step_up_open'
export type DenyReason =
  | 'blocked'
  | 'review_required'
  | 'unknown_state'
  | 'unenrolled_denied'
  | 'challenge_impossible'
  | 'request_unknown'
  | 'not_a_navigation'
  | 'prompt_none'
  | 'too_many_challenges'
  | 'authsignal_unavailable'
  | 'authsignal_refused'
  | 'not_verified'

/** The verdict on an authorization request. One `switch` without default acts on it. */
export type Decision =
  | { readonly verdict: 'release'; readonly reason: ReleaseReason }
  | { readonly verdict: 'challenge'; readonly reason: ChallengeReason }
  | { readonly verdict: 'deny'; readonly reason: DenyReason; readonly error: AuthorizationError }

/** What is remembered of the user, in this browser and OP session. */
export interface Memory {
  /** A step-up passed for just this need and not yet spent; its verification method. */
  readonly pass?:
    | {
        readonly method?: string | undefined
        /** Nothing was verified: an enrolment was skipped. */
        readonly isSkipped?: boolean | undefined
      }
    | undefined
  /** The latest step-ups of this OP session for the policy's action. */
  readonly proofs: readonly { readonly method?: string | undefined; readonly at: number }[]
}

/** The states of Authsignal's that the decision table knows, the mildest first. */
export const trackStates = ['ALLOW', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED', 'BLOCK'] as const

/** Authsignal's answer to track, or why there is none. */
export type TrackOutcome =
  | {
      readonly state: (typeof trackStates)[number] | 'unknown'
      readonly isEnrolled: boolean
      readonly hasChallengeUrl: boolean
    }
  | { readonly state: 'no_answer'; readonly kind: 'unavailable' | 'refused' }

const release = (reason: ReleaseReason): Decision => ({ verdict: 'release', reason })
const challenge = (reason: ChallengeReason): Decision => ({ verdict: 'challenge', reason })

/** A refusal with the error that the client gets. */
export const deny = (reason: DenyReason, error: AuthorizationError): Decision => ({
  verdict: 'deny',
  reason,
  error,
})

/** Whether a step-up by this verification method counts for the policy; no list: any does. */
export function isMethodAllowed(policy: ClientPolicy, method: string | undefined): boolean {
  return policy.methods.length === 0 || (method !== undefined && policy.methods.includes(method))
}

/**
 * The rows of the decision table that need no question to Authsignal.
 *
 * @param amr the OP's amr values (RFC 8176).
 * @param now epoch milliseconds.
 * @returns undefined if Authsignal must be asked.
 */
export function decideFromMemory(
  policy: ClientPolicy,
  amr: readonly string[],
  memory: Memory,
  now: number,
): Decision | undefined {
  if (memory.pass?.isSkipped) {
    if (isSkippable(policy, now)) return release('enrolment_skipped')
  } else if (memory.pass && isMethodAllowed(policy, memory.pass.method)) {
    return release('pass')
  }
  if (amr.some((value) => policy.satisfiedByAmr.includes(value))) return release('satisfied_by_amr')
  const isFresh = (at: number): boolean => isYounger(at, policy.remember, now)
  if (
    memory.proofs.some(
      ({ method, at }) => /* guard: remembered-for */ isFresh(at) && isMethodAllowed(policy, method),
    )
  ) {
    return release('proof')
  }
  return undefined
}

/** Whether users without an authenticator may still put off to enrol one. */
export function isSkippable({ unenrolled, graceUntil }: ClientPolicy, now: number): boolean {
  return unenrolled === 'enroll' && graceUntil !== undefined && now < graceUntil
}

/** What is known beside the policy and Authsignal's answer. */
export interface Circumstances {
  /** The user wants to put off the enrolment, and may. */
  readonly isSkipped?: boolean
  /** Nobody knows what was asked for: the rules could not judge it, so that ALLOW says nothing. */
  readonly isRequestUnknown?: boolean
}

/** The rows of the decision table that follow from Authsignal's answer. Deny is the default branch. */
export function decideFromTrack(
  policy: ClientPolicy,
  outcome: TrackOutcome,
  { isSkipped = false, isRequestUnknown = false }: Circumstances = {},
): Decision {
  switch (outcome.state) {
    case 'ALLOW':
      return isRequestUnknown ? decideUnknown(policy, outcome) : decideAllowed(policy, outcome, isSkipped)
    case 'CHALLENGE_REQUIRED':
      return outcome.hasChallengeUrl
        ? challenge('challenge_required')
        : deny('challenge_impossible', 'server_error')
    case 'BLOCK':
      return deny('blocked', 'access_denied')
    case 'REVIEW_REQUIRED':
      return deny('review_required', 'access_denied')
    case 'unknown':
      return deny('unknown_state', 'access_denied')
    case 'no_answer':
      // guard: no-fail-open-on-refusal
      if (outcome.kind === 'refused') return deny('authsignal_refused', 'server_error')
      return policy.onError === 'allow'
        ? release('fail_open')
        : deny('authsignal_unavailable', 'temporarily_unavailable')
  }
}

type Allowed = Pick<Exclude<TrackOutcome, { readonly state: 'no_answer' }>, 'isEnrolled' | 'hasChallengeUrl'>

function decideAllowed(policy: ClientPolicy, outcome: Allowed, isSkipped: boolean): Decision {
  return /* guard: unenrolled-users */ outcome.isEnrolled
    ? release('no_challenge_needed')
    : decideUnenrolled(policy, outcome, isSkipped)
}

/** What Authsignal allows it does not challenge either: the client has to start anew, so that its request is judged. */
function decideUnknown(policy: ClientPolicy, outcome: Allowed): Decision {
  const decision = decideAllowed(policy, outcome, false)
  // guard: allow-for-unknown
  return decision.verdict === 'release' ? deny('request_unknown', 'interaction_required') : decision
}

/** Authsignal answers ALLOW for users whom it can't challenge: that is no permission. */
function decideUnenrolled(
  policy: ClientPolicy,
  outcome: { hasChallengeUrl: boolean },
  isSkipped: boolean,
): Decision {
  switch (policy.unenrolled) {
    case 'allow':
      return release('unenrolled_allowed')
    case 'deny':
      return deny('unenrolled_denied', 'access_denied')
    case 'enroll':
      if (isSkipped) return release('enrolment_skipped')
      return outcome.hasChallengeUrl
        ? challenge('enrolment_required')
        : deny('challenge_impossible', 'server_error')
  }
}

/** A challenge can't be shown to a request with prompt=none, nor to a frame or a script (OIDC Core 3.1.2.6). */
export function withoutInteraction(decision: Decision, reason: 'prompt_none' | 'not_a_navigation'): Decision {
  return decision.verdict === 'challenge' ? deny(reason, 'interaction_required') : decision
}
