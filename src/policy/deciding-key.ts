import { nameKey } from '../config/policy-origin.ts'
import type { ClientPolicy, PolicyKey } from '../config/schema/schema.ts'
import type { ChallengeReason, DenyReason, ReleaseReason } from './decide.ts'

/** A key outside of every policy. */
type GeneralKey = 'authsignal.challengeHosts' | 'stepUp.perUser'

type DecidingKey = PolicyKey | GeneralKey | undefined

/**
 * The key of the YAML that a reason rests on, or that changes it; undefined where Authsignal's rules, the user or the
 * request did it.
 */
const decidingKeys: Readonly<Record<ReleaseReason | ChallengeReason | DenyReason, DecidingKey>> = {
  pass: undefined,
  satisfied_by_amr: 'satisfiedByAmr',
  proof: 'remember',
  no_challenge_needed: undefined,
  unenrolled_allowed: 'unenrolled',
  enrolment_skipped: 'graceUntil',
  fail_open: 'onError',
  challenge_required: undefined,
  enrolment_required: 'unenrolled',
  step_up_open: undefined,
  blocked: undefined,
  review_required: undefined,
  unknown_state: undefined,
  unenrolled_denied: 'unenrolled',
  challenge_impossible: 'authsignal.challengeHosts',
  request_unknown: undefined,
  not_a_navigation: undefined,
  prompt_none: undefined,
  too_many_challenges: 'stepUp.perUser',
  authsignal_unavailable: 'onError',
  authsignal_refused: undefined,
  not_verified: undefined,
}

/** The full name of the key that decided: `clients.web.satisfiedByAmr`, `stepUp.perUser`. */
export function keyOfReason(
  policy: Pick<ClientPolicy, 'origin'>,
  reason: keyof typeof decidingKeys,
): string | undefined {
  const key = decidingKeys[reason]
  switch (key) {
    case undefined:
    case 'authsignal.challengeHosts':
    case 'stepUp.perUser':
      return key
    default:
      return nameKey(policy, key)
  }
}
