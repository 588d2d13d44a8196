import { type TrackOutcome, trackStates } from '../policy/decide.ts'
import type { AuthsignalAnswer } from './recorded-line.ts'

/** What a line says of Authsignal's answer, as the decision table takes it. */
export function readOutcome({
  state,
  enrolled,
  challenge_url: hasUrl,
  error,
}: AuthsignalAnswer): TrackOutcome {
  if (error) return { state: 'no_answer', kind: error.kind === 'unavailable' ? 'unavailable' : 'refused' }
  return {
    state: trackStates.find((known) => known === state) ?? 'unknown',
    isEnrolled: enrolled === true,
    hasChallengeUrl: hasUrl === true,
  }
}
