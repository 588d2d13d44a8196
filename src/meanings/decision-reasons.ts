import type { ChallengeReason, DenyReason, ReleaseReason } from '../policy/decide.ts'
import type { ReleasedFields, StepUpFields } from '../telemetry/audit-line.ts'
import { type Meaning, nothingToDo } from './meaning.ts'

/** `reason` of `decision`, and of `released` but for one. */
export const decisionReasons: Readonly<Record<ReleaseReason | ChallengeReason | DenyReason, Meaning>> = {
  pass: { meaning: 'The user has just passed a step-up for this request.', fix: nothingToDo },
  satisfied_by_amr: {
    meaning: "The OP's `amr` has a value of `satisfiedByAmr`: Authsignal was not asked.",
    fix: 'Shorten `satisfiedByAmr` if it should be asked.',
  },
  proof: {
    meaning: 'A step-up of this browser and session is younger than `remember`.',
    fix: 'Shorten `remember` if it should be asked for again.',
  },
  no_challenge_needed: {
    meaning: 'Authsignal answered ALLOW for an enrolled user.',
    fix: "Change Authsignal's rules if there should be a challenge.",
  },
  unenrolled_allowed: {
    meaning: 'The user has no authenticator, and `unenrolled` is allow.',
    fix: 'Set `unenrolled: enroll` or `deny`.',
  },
  enrolment_skipped: {
    meaning: 'The user has no authenticator and put off the enrolment, as `graceUntil` permits.',
    fix: 'Set an earlier `graceUntil`.',
  },
  fail_open: {
    meaning: 'Authsignal did not answer, and `onError` is allow. Nothing was verified.',
    fix: 'See why Authsignal did not answer; set `onError: deny` to refuse instead.',
  },
  challenge_required: { meaning: 'Authsignal asks for a challenge.', fix: nothingToDo },
  enrolment_required: {
    meaning: 'The user has no authenticator, and `unenrolled` is enroll: the challenge sets one up.',
    fix: 'Enrol users beforehand if the password must not be enough for that.',
  },
  step_up_open: { meaning: 'A challenge for the same need is open in this browser.', fix: nothingToDo },
  blocked: { meaning: 'Authsignal answered BLOCK.', fix: "Change Authsignal's rules." },
  review_required: { meaning: 'Authsignal answered REVIEW_REQUIRED.', fix: "Change Authsignal's rules." },
  unknown_state: {
    meaning: 'Authsignal answered a state that the gateway does not know.',
    fix: 'Update the gateway.',
  },
  unenrolled_denied: {
    meaning: 'The user has no authenticator, and `unenrolled` is deny.',
    fix: 'Enrol the user at Authsignal, or set `unenrolled: enroll`.',
  },
  challenge_impossible: {
    meaning: 'A challenge is needed, and Authsignal gave no address for it, or one that is not allowed.',
    fix: "Add the tenant's custom domain to `authsignal.challengeHosts`.",
  },
  request_unknown: {
    meaning:
      'Authsignal answered ALLOW for a response whose request the gateway has not seen, so that the rules could not judge it.',
    fix: 'None for one user, who starts again; if it is frequent, see that all authorization requests come through the gateway and that `state` is not changed.',
  },
  not_a_navigation: {
    meaning: 'A challenge is needed, and a frame or a script asked, which can show none.',
    fix: 'Let the application sign users in by a navigation.',
  },
  prompt_none: {
    meaning: 'A challenge is needed, and the client asked for none (`prompt=none`).',
    fix: 'The client asks again without `prompt=none`; `remember` makes that rarer.',
  },
  too_many_challenges: {
    meaning: 'More challenges than `stepUp.perUser` or `stepUp.perAddress` within 10 minutes.',
    fix: 'If the users are honest, raise the limit.',
  },
  authsignal_unavailable: {
    meaning: 'Authsignal did not answer, and `onError` is deny.',
    fix: 'See the line on the failed call in the same request.',
  },
  authsignal_refused: {
    meaning: 'Authsignal refused the call, or its answer could not be read. That never fails open.',
    fix: 'See the line on the failed call in the same request.',
  },
  not_verified: {
    meaning: 'The user gave up, or failed, and went back to the application.',
    fix: nothingToDo,
  },
}

/** `reason` of `released` besides. */
export const releasedReasons: Readonly<Record<Exclude<ReleasedFields['reason'], ReleaseReason>, Meaning>> = {
  kept_response: {
    meaning: 'The response was kept during the step-up, and sent when it was passed.',
    fix: nothingToDo,
  },
}

/** `reason` of `step_up`. */
export const stepUpReasons: Readonly<Record<StepUpFields['reason'], Meaning>> = {
  passed: { meaning: 'The challenge was passed.', fix: nothingToDo },
  cancelled: { meaning: 'The user came back without having passed it.', fix: nothingToDo },
  failed: {
    meaning: "Authsignal's verdict does not count for this step-up; `detail` says why.",
    fix: 'If `detail` is about time, synchronise the clocks.',
  },
  method_not_allowed: {
    meaning: 'It was passed by a method that is not in `methods`.',
    fix: 'Allow the same methods for the action at Authsignal, or change `methods`.',
  },
  denied: {
    meaning: 'The rules deny what they had asked a challenge for.',
    fix: "Change Authsignal's rules.",
  },
  unavailable: {
    meaning: 'Authsignal could not be asked for its verdict.',
    fix: 'See the line on the failed call in the same request.',
  },
}
