import * as z from 'zod'
import { AuthsignalError, type AuthsignalErrorKind, type AuthsignalOperation } from './authsignal-error.ts'
import type { CallOutcome } from './authsignal-http.ts'
import { type FailureKind, kindOfAnswer, kindOfNetworkCode } from './failure-kind.ts'

/** A text that may be null or absent. */
export const optionalString = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)

const errorAnswer = z.object({ errorCode: optionalString, error: optionalString })
/** Words only: a code with digits in it could be a piece of a credential that was echoed. */
const codePattern = /^[A-Za-z]{1,30}(?:_[A-Za-z]{1,30}){0,5}$/

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
 * Reads what Authsignal answered, field by field; what is not asked for is left out.
 *
 * @throws {AuthsignalError} for no answer, another status than 200, and what does not fit the schema.
 */
export function parseAnswer<Schema extends z.ZodType>(
  operation: AuthsignalOperation,
  schema: Schema,
  outcome: CallOutcome,
): z.output<Schema> {
  if (!outcome.answered) {
    const kind = UNAVAILABLE_CODES.has(outcome.code) ? 'unavailable' : 'unreadable'
    const failure = kindOfNetworkCode(outcome.code)
    throw new AuthsignalError(kind, operation, { failure, errorCode: outcome.code })
  }
  const { status, body } = outcome
  const errorCode = codeOf(body)
  const failure = kindOfAnswer(status, body, errorCode)
  if (status !== 200) throw new AuthsignalError(kindOf(status), operation, { failure, status, errorCode })
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path }) => path.join('.') || 'no JSON object')
  throw unreadable(operation, `wrong or missing: ${fields.join(', ')}`, failure)
}

function kindOf(status: number): AuthsignalErrorKind {
  if (status >= 400 && status < 500) return 'refused'
  return status >= 500 && status < 600 ? 'unavailable' : 'unreadable'
}

/** An answer that is there and can't be used; `reason` in our own words. */
export function unreadable(
  operation: AuthsignalOperation,
  reason: string,
  failure?: FailureKind,
): AuthsignalError {
  return new AuthsignalError('unreadable', operation, { status: 200, reason, failure })
}

function codeOf(body: unknown): string | undefined {
  const { errorCode, error } = errorAnswer.safeParse(body).data ?? {}
  const code = errorCode ?? error
  return code !== undefined && codePattern.test(code) ? code : undefined
}
