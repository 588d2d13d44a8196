import type { FailureKind } from './failure-kind.ts'

/**
 * Why there is no usable answer.
 *
 * - `unavailable`: no connection, a reset, a timeout or a 5xx. The only kind that may fail open, and only at track.
 * - `refused`: a 4xx, or a request that was not sent because it could be mistaken for another user's.
 * - `unreadable`: anything else. An answer that can't be read is no permission.
 */
export type AuthsignalErrorKind = 'unavailable' | 'refused' | 'unreadable'

export type AuthsignalOperation = 'track' | 'validate' | 'user' | 'authenticators' | 'device' | 'client'

export interface AuthsignalErrorDetails {
  /** What an operator can repair; unset: an answer that can't be read. */
  readonly failure?: FailureKind | undefined
  /** The status on the wire, where there was one. */
  readonly status?: number | undefined
  /** Authsignal's error code, or that of the network (`ECONNREFUSED`). */
  readonly errorCode?: string | undefined
  /** Our own words; never text from the wire. */
  readonly reason?: string | undefined
}

/** Safe to log whole. It has no `cause`: the SDK's error holds the API secret and the token. */
export class AuthsignalError extends Error {
  override readonly name = 'AuthsignalError'
  readonly kind: AuthsignalErrorKind
  readonly status: number | undefined
  readonly errorCode: string | undefined
  readonly operation: AuthsignalOperation
  readonly reason: string | undefined
  readonly failure: FailureKind

  constructor(kind: AuthsignalErrorKind, operation: AuthsignalOperation, details: AuthsignalErrorDetails) {
    const { status, errorCode, reason, failure = 'unreadable_answer' } = details
    const facts = [`Authsignal ${operation} ${kind}`, status && `status ${status}`, errorCode, reason]
    super(facts.filter(Boolean).join(', '))
    this.kind = kind
    this.status = status
    this.errorCode = errorCode
    this.operation = operation
    this.reason = reason
    this.failure = failure
  }
}
