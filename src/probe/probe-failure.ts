import { errors } from 'jose'
import { ClientError, ResponseBodyError, WWWAuthenticateChallengeError } from 'openid-client'
import { adviceOnClocks, clockToleranceSeconds } from '../policy/age.ts'
import { Refusal } from '../refusal.ts'

/** Why a probe broke off. */
export type ProbeFailure =
  | 'timeout'
  | 'unreachable'
  | 'upstream_error'
  | 'provider_unavailable'
  | 'token_error'
  | 'id_token_invalid'
  | 'internal'

/** openid-client's codes for an answer that is none: a wrong status, another content type, no JSON. */
const unusableAnswers = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
])

/**
 * Names what went wrong in a probe.
 *
 * @param error what the connection or openid-client threw.
 * @returns a reason, and a detail for the log that holds no code, token, cookie or secret.
 */
export function explainFailure(error: unknown): { readonly reason: ProbeFailure; readonly detail: string } {
  const refusal = findRefusal(error)
  if (refusal !== undefined) return { reason: nameRefusal(refusal), detail: refusal.message }
  if (error instanceof ResponseBodyError) {
    return { reason: 'token_error', detail: isCode(error.error) ? error.error : 'an error that is no code' }
  }
  if (error instanceof WWWAuthenticateChallengeError) {
    const code = error.cause.map(({ parameters }) => parameters.error).find(isCode)
    return { reason: 'token_error', detail: `answered ${error.status} with ${code ?? 'a challenge'}` }
  }
  // The library's messages are constant.
  if (error instanceof errors.JOSEError) return { reason: 'id_token_invalid', detail: error.message }
  if (error instanceof ClientError) {
    const reason = unusableAnswers.has(error.code ?? '') ? 'token_error' : 'id_token_invalid'
    return { reason, detail: describeCause(error) }
  }
  return { reason: 'internal', detail: error instanceof Error ? error.name : typeof error }
}

/** What is spelled like a code of RFC 6749 holds no secret. */
const isCode = (error: string | undefined): boolean => /^[a-z_]{1,64}$/.test(error ?? '')

function nameRefusal(refusal: Refusal): ProbeFailure {
  switch (refusal.code) {
    case 'upstream_timeout':
      return 'timeout'
    case 'upstream_unreachable':
      return 'unreachable'
    case 'upstream_unreadable':
      return 'upstream_error'
    case 'provider_unavailable':
      return 'provider_unavailable'
    default:
      return 'internal'
  }
}

/** openid-client wraps what its fetch throws. */
function findRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error
  return error instanceof Error && error.cause instanceof Refusal ? error.cause : undefined
}

/** The library's messages are constant; what they are about is in their causes, which stay out of the log. */
function describeCause({ cause, code, message }: ClientError): string {
  if (cause instanceof Response) {
    const answer = `${new URL(cause.url).pathname} answered ${cause.status}`
    return code === 'OAUTH_RESPONSE_IS_NOT_JSON' ? `${answer} without JSON` : answer
  }
  return cause instanceof Error ? cause.message + describeClock(cause.cause) : message
}

/** The ID token of a probe was issued just now: by the OP's clock. */
function describeClock(about: unknown): string {
  const { claims, now }: { readonly claims?: { readonly iat?: unknown }; readonly now?: unknown } =
    Object(about)
  const aheadSeconds = Number(claims?.iat) - Number(now)
  if (!(Math.abs(aheadSeconds) > clockToleranceSeconds)) return ''
  const side = aheadSeconds < 0 ? 'behind' : 'ahead of'
  return `; the OP's clock is ${Math.abs(aheadSeconds)} s ${side} this machine's. ${adviceOnClocks}`
}
