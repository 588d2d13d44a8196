import type { Decision } from '../policy/decide.ts'

/** What a reason of a decision means, and what an operator can do about it. */
export interface ReasonWords {
  readonly meaning: string
  readonly todo?: string
}

type Reason = Decision['reason']

const words: Readonly<Record<Reason, ReasonWords>> = {
  pass: { meaning: 'the step-up for just this sign-in was passed' },
  satisfied_by_amr: {
    meaning: "the OP's own sign-in is strong enough (satisfiedByAmr), so Authsignal was not asked",
  },
  proof: { meaning: 'a step-up of this session still counts (remember), so Authsignal was not asked' },
  no_challenge_needed: { meaning: 'a rule of Authsignal asks for no challenge' },
  unenrolled_allowed: {
    meaning: 'the user has no authenticator, and passes without one (unenrolled: allow)',
    todo: 'enrol these users, then set unenrolled to enroll or deny',
  },
  enrolment_skipped: { meaning: 'the user put off to enrol an authenticator, which graceUntil still allows' },
  fail_open: {
    meaning: 'Authsignal did not answer, and onError: allow lets users pass then',
    todo: 'find out why Authsignal did not answer; onError: deny would have refused',
  },
  challenge_required: { meaning: 'a rule of Authsignal asks for a challenge' },
  enrolment_required: {
    meaning: 'the user has no authenticator and is asked to enrol one, for which the password is enough',
    todo: 'enrol users beforehand, let them put it off with graceUntil, or refuse them with unenrolled: deny',
  },
  step_up_open: { meaning: 'a challenge for the same is open in this browser already' },
  blocked: {
    meaning: 'a rule of Authsignal blocks it',
    todo: 'look at the rule in Authsignal',
  },
  review_required: {
    meaning: 'a rule of Authsignal asks for a review, which is taken for a block',
    todo: 'look at the rule in Authsignal: a sign-in can not wait for a review',
  },
  unknown_state: {
    meaning: 'Authsignal answered with a state that the gateway does not know',
    todo: 'look at the action in Authsignal',
  },
  unenrolled_denied: {
    meaning: 'the user has no authenticator (unenrolled: deny)',
    todo: 'enrol the user, or set unenrolled to enroll',
  },
  challenge_impossible: {
    meaning: 'a challenge is due, and Authsignal names no page for it, or one of a host that is not listed',
    todo: 'compare authsignal.challengeHosts with the host of the tenant, and look for the security event challenge_host_refused',
  },
  request_unknown: {
    meaning: 'nobody saw the request that was answered, so the rules could not judge it',
    todo: 'the user starts again at the application; if it happens often, its requests come past the gateway',
  },
  not_a_navigation: {
    meaning: 'a challenge is due, and a script or a frame asked, where none can be shown',
    todo: 'the application signs in by a page; with remember an earlier step-up counts',
  },
  prompt_none: {
    meaning: 'a challenge is due, and the request forbids to show one (prompt=none)',
    todo: 'the application signs in by a page after interaction_required; with remember an earlier step-up counts',
  },
  too_many_challenges: {
    meaning: 'one user, or one address, caused more challenges than it may within 10 minutes',
    todo: 'if no attack is behind it, raise stepUp.perUser or stepUp.perAddress',
  },
  authsignal_unavailable: {
    meaning: 'Authsignal did not answer in time, or with an error of its own',
    todo: 'look at the network and at the status of Authsignal',
  },
  authsignal_refused: {
    meaning: 'Authsignal refused the question',
    todo: 'look at its error: a wrong key, region or address, or too many requests',
  },
  not_verified: { meaning: 'the challenge was not passed, and the user went back to the application' },
}

/** The words for a reason; none for one that this version does not know. */
export function explainReason(reason: string | undefined): ReasonWords | undefined {
  return reason !== undefined && Object.hasOwn(words, reason) ? words[reason as Reason] : undefined
}
