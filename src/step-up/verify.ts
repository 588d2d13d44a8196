import { AuthsignalError } from '../authsignal/authsignal.ts'
import { clockToleranceSeconds } from '../policy/age.ts'
import { isMethodAllowed } from '../policy/decide.ts'
import type { NotVerifiedReason, StepUp } from '../records/records.ts'
import type { Services } from '../services.ts'

const clockToleranceMs = clockToleranceSeconds * 1000

/** How track left the action: nothing was done about the challenge, or about the enrolment of one who has none. */
const untouchedStates: readonly (string | undefined)[] = ['CHALLENGE_REQUIRED', 'ALLOW']

export type Verification =
  | { readonly passed: true; readonly method: string | undefined }
  | { readonly passed: false; readonly reason: NotVerifiedReason }

const failed = (reason: NotVerifiedReason): Verification => ({ passed: false, reason })

/**
 * What the token that a browser brought back proves. Authsignal's tokens only name a challenge and can be validated
 * again and again, so everything that ties the answer to this one step-up is checked here.
 */
export async function verifyReturn(
  { authsignal, policies, now }: Pick<Services, 'authsignal' | 'policies' | 'now'>,
  stepUp: StepUp,
  token: string | undefined,
): Promise<Verification> {
  if (token === undefined) return failed('cancelled')
  const expected = { userId: stepUp.case.user.subject, action: stepUp.action }
  try {
    const answer = await authsignal.validate({ token, ...expected })
    // guard: verdict-user
    if (answer.userId !== expected.userId) return failed('failed')
    // guard: verdict-action
    if (answer.action !== expected.action) return failed('failed')
    // guard: verdict-idempotency-key
    if (answer.idempotencyKey !== stepUp.idempotencyKey) return failed('failed')
    if (untouchedStates.includes(answer.state)) return failed('cancelled')
    if (
      /* guard: verdict-is-valid */ answer.isValid !== true ||
      /* guard: verdict-state */ answer.state !== 'CHALLENGE_SUCCEEDED'
    )
      return failed('failed')
    if (!isTimely(stepUp.openedAt, answer.stateUpdatedAt, now())) return failed('failed')
    const method = answer.verificationMethod
    // guard: verdict-method
    if (!isMethodAllowed(policies.ofCase(stepUp.case), method)) return failed('method_not_allowed')
    return { passed: true, method }
  } catch (error) {
    if (error instanceof AuthsignalError) return failed('unavailable')
    throw error
  }
}

/**
 * Whether a challenge succeeded since it was begun. An unreadable time is never timely.
 *
 * @param begunAt epoch milliseconds, as is `now`.
 */
export function isTimely(begunAt: number, stateUpdatedAt: string | undefined, now: number): boolean {
  const at = Date.parse(stateUpdatedAt ?? '')
  return (
    /* guard: not-before-it-began */ at >= begunAt - clockToleranceMs &&
    /* guard: not-in-the-future */ at <= now + clockToleranceMs
  )
}
