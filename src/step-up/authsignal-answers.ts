import * as z from 'zod'
import { AuthsignalError, type AuthsignalErrorKind, type AuthsignalOperation } from './authsignal-error.ts'
import type { Outcome } from './authsignal-http.ts'
import { readChallengeUrl } from './challenge-url.ts'

/** Authsignal's verdict on an action. `isEnrolled` false makes ALLOW mean "can't be challenged". */
export interface Tracked {
  readonly state: 'ALLOW' | 'BLOCK' | 'CHALLENGE_REQUIRED' | 'REVIEW_REQUIRED' | 'unknown'
  readonly isEnrolled: boolean
  /** Where to challenge, whatever the state; undefined if it is absent or its host is not allowed. */
  readonly url: string | undefined
  /** The origin of an address that was not allowed, for the log. */
  readonly refusedOrigin?: string
}

/** What a token stands for. Proves nothing by itself: the caller compares every field with its step-up. */
export interface Validated {
  readonly isValid: boolean
  readonly state: string | undefined
  readonly userId: string | undefined
  readonly action: string | undefined
  readonly idempotencyKey: string | undefined
  readonly verificationMethod?: string | undefined
  /** ISO 8601, as it came. */
  readonly stateUpdatedAt?: string | undefined
}

const optionalString = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)

const trackAnswer = z.object({
  state: z.string(),
  isEnrolled: z.boolean(),
  url: optionalString,
  idempotencyKey: z.string(),
})

const validateAnswer = z.object({
  isValid: z.boolean(),
  state: optionalString,
  userId: optionalString,
  action: optionalString,
  actionCode: optionalString,
  idempotencyKey: optionalString,
  verificationMethod: optionalString,
  stateUpdatedAt: optionalString,
  error: optionalString,
})

const errorAnswer = z.object({ errorCode: optionalString, error: optionalString })
const trackState = z.enum(['ALLOW', 'BLOCK', 'CHALLENGE_REQUIRED', 'REVIEW_REQUIRED'])

/** Words only: a code with digits in it could be a piece of a credential that was echoed. */
const ERROR_CODE = /^[A-Za-z]{1,30}(?:_[A-Za-z]{1,30}){0,5}$/

/** Codes of network failures for which nobody but the network is to blame; a certificate that fails is none. */
const UNAVAILABLE_CODES: ReadonlySet<string> = new Set([
  'timeout',
  'broken_off',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * Reads the answer to track.
 *
 * @throws {AuthsignalError} also if the answer is for another idempotency key than the one that was sent.
 */
export function parseTracked(
  outcome: Outcome,
  sent: { idempotencyKey: string; challengeHosts: readonly string[] },
): Tracked {
  const answer = parseAnswer('track', trackAnswer, outcome)
  if (answer.idempotencyKey !== sent.idempotencyKey) {
    throw unreadable('track', 'idempotencyKey is not the one that was sent')
  }
  const url = answer.url && readChallengeUrl(answer.url, sent.challengeHosts)
  return {
    state: trackState.safeParse(answer.state).data ?? 'unknown',
    isEnrolled: answer.isEnrolled,
    url: url || undefined,
    ...(answer.url && !url && { refusedOrigin: originOf(answer.url) }),
  }
}

/**
 * Reads the answer to validate. The action comes as `action`, `actionCode` or both.
 *
 * @throws {AuthsignalError} also if the answer contradicts itself.
 */
export function parseValidated(outcome: Outcome): Validated {
  const { actionCode, action = actionCode, error, ...rest } = parseAnswer('validate', validateAnswer, outcome)
  if (actionCode !== undefined && actionCode !== action) {
    throw unreadable('validate', 'action and actionCode differ')
  }
  if (rest.isValid && error !== undefined) throw unreadable('validate', 'isValid with an error')
  return { ...rest, action }
}

/** `null` for an address that has none. */
const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'null')

function parseAnswer<Schema extends z.ZodType>(
  operation: AuthsignalOperation,
  schema: Schema,
  outcome: Outcome,
): z.output<Schema> {
  if (!outcome.answered) {
    const kind = UNAVAILABLE_CODES.has(outcome.code) ? 'unavailable' : 'unreadable'
    throw new AuthsignalError(kind, operation, { errorCode: outcome.code })
  }
  const { status, body } = outcome
  if (status !== 200)
    throw new AuthsignalError(kindOf(status), operation, { status, errorCode: codeOf(body) })
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path }) => path.join('.') || 'no JSON object')
  throw unreadable(operation, `wrong or missing: ${fields.join(', ')}`)
}

function kindOf(status: number): AuthsignalErrorKind {
  if (status >= 400 && status < 500) return 'refused'
  return status >= 500 && status < 600 ? 'unavailable' : 'unreadable'
}

function unreadable(operation: AuthsignalOperation, reason: string): AuthsignalError {
  return new AuthsignalError('unreadable', operation, { status: 200, reason })
}

function codeOf(body: unknown): string | undefined {
  const { errorCode, error } = errorAnswer.safeParse(body).data ?? {}
  const code = errorCode ?? error
  return code !== undefined && ERROR_CODE.test(code) ? code : undefined
}
