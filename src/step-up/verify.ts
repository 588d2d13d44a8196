import { AuthsignalError } from '../authsignal/authsignal.ts'
import { adviceOnClocks, clockToleranceSeconds } from '../policy/age.ts'
import { isMethodAllowed } from '../policy/decide.ts'
import type { NotVerifiedReason, StepUp } from '../records/records.ts'
import type { Services } from '../services.ts'
import { timed } from '../telemetry/request-context.ts'

const clockToleranceMs = clockToleranceSeconds * 1000

/** How track left the action: nothing was done about the challenge, or about the enrolment of one who has none. */
const untouchedStates: readonly (string | undefined)[] = ['CHALLENGE_REQUIRED', 'ALLOW']

export type Verification =
  | { readonly passed: true; readonly method: string | undefined }
  /** `detail` is for the log: what is wrong with a verdict. */
  | { readonly passed: false; readonly reason: NotVerifiedReason; readonly detail?: string }

const failed = (reason: NotVerifiedReason, detail?: string): Verification => ({
  passed: false,
  reason,
  ...(detail !== undefined && { detail }),
})

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
    const answer = await timed('validate', () => authsignal.validate({ token, ...expected }))
    // guard: verdict-user
    if (answer.userId !== expected.userId) return failed('failed', 'the verdict is of another user')
    // guard: verdict-action
    if (answer.action !== expected.action) return failed('failed', 'the verdict is of another action')
    // guard: verdict-idempotency-key
    if (answer.idempotencyKey !== stepUp.idempotencyKey)
      return failed('failed', 'the verdict is of another step-up')
    if (untouchedStates.includes(answer.state)) return failed('cancelled')
    if (
      /* guard: verdict-is-valid */ answer.isValid !== true ||
      /* guard: verdict-state */ answer.state !== 'CHALLENGE_SUCCEEDED'
    )
      return failed('failed', 'the challenge did not succeed')
    const untimely = objectToTime(stepUp.openedAt, answer.stateUpdatedAt, now())
    if (untimely !== undefined) return failed('failed', untimely)
    const method = answer.verificationMethod
    // guard: verdict-method
    if (!isMethodAllowed(policies.ofCase(stepUp.case), method)) return failed('method_not_allowed')
    return { passed: true, method }
  } catch (error) {
    if (error instanceof AuthsignalError) return failed('unavailable', error.message)
    throw error
  }
}

/**
 * What is wrong with the time at which a challenge is said to have succeeded, for the log: it has been since the
 * challenge was begun. An unreadable time is never right.
 *
 * @param begunAt epoch milliseconds, as is `now`.
 */
export function objectToTime(
  begunAt: number,
  stateUpdatedAt: string | undefined,
  now: number,
): string | undefined {
  const at = Date.parse(stateUpdatedAt ?? '')
  if (Number.isNaN(at)) return 'the verdict has no time'
  // guard: not-before-it-began
  if (at < begunAt - clockToleranceMs) return describeDifference(begunAt - at, 'before the challenge began')
  // guard: not-in-the-future
  if (at > now + clockToleranceMs) return describeDifference(at - now, 'in the future')
  return undefined
}

const describeDifference = (ms: number, side: string): string =>
  `by Authsignal's clock the challenge succeeded ${Math.round(ms / 1000)} s ${side}. ${adviceOnClocks}`
