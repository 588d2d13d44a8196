import type { TrackOutcome } from '../policy/decide.ts'
import type { AuthsignalAnswer } from './recorded-line.ts'

const states = ['ALLOW', 'BLOCK', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED'] as const

/** A state of Authsignal's that the decision table knows. */
export type KnownState = (typeof states)[number]

export const isKnownState = (state: string | undefined): state is KnownState =>
  states.some((known) => known === state)

/** What a line says of Authsignal's answer, as the decision table takes it. */
export function readOutcome({
  state,
  enrolled,
  challenge_url: hasUrl,
  error,
}: AuthsignalAnswer): TrackOutcome {
  if (error) return { state: 'no_answer', kind: error.kind === 'unavailable' ? 'unavailable' : 'refused' }
  return {
    state: isKnownState(state) ? state : 'unknown',
    isEnrolled: enrolled === true,
    hasChallengeUrl: hasUrl === true,
  }
}
