import type { AuthsignalError } from '../authsignal/authsignal-error.ts'
import type { CallWatch } from '../authsignal/watch-calls.ts'
import { failureLines, type LineLog, lineOfFailure, writeLine } from './log-lines.ts'

/** What the log and the admin listener learn of the calls of Authsignal. */
export interface AuthsignalCalls extends CallWatch {
  /** When a call was last answered; undefined before that. */
  readonly answeredAt: number | undefined
  /** While the latest call failed: what went wrong, and what to do. */
  readonly warnings: readonly string[]
}

/**
 * One line for each call that fails. Only Authsignal's own code for an error and its HTTP status come from the wire.
 *
 * @param now epoch milliseconds.
 */
export function createAuthsignalCalls(log: LineLog, now: () => number): AuthsignalCalls {
  let latest: AuthsignalError | undefined
  let answeredAt: number | undefined
  return {
    now,
    get answeredAt() {
      return answeredAt
    },
    answered() {
      answeredAt = now()
      if (latest !== undefined) writeLine(log, 'Authsignal answers again', {})
      latest = undefined
    },
    failed(error, tookMs) {
      const { failure, operation, status, errorCode: error_code, reason } = error
      const message = lineOfFailure[failure]
      const { fix } = failureLines[message]
      writeLine(log, message, { failure, operation, status, error_code, reason, after_ms: tookMs, fix })
      // It says something about the user only.
      if (failure !== 'not_sent') latest = error
    },
    get warnings() {
      return latest === undefined ? [] : [describe(latest)]
    },
  }
}

function describe({ failure, operation, status }: AuthsignalError): string {
  const message = lineOfFailure[failure]
  const call = status === undefined ? operation : `${operation}, status ${status}`
  return `${message} (${call}): ${failureLines[message].fix}`
}
