import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { TokenError, type TokenErrorCode } from '../token-error.ts'

/** What the person gets who is refused, or the client at the endpoints that clients call (RFC 6749 5.2). */
export const toAnswer = (request: FastifyRequest, refusal: Refusal | TokenError): Refusal | TokenError =>
  refusal instanceof Refusal && isBackChannel(request) ? toTokenError(refusal) : refusal

function isBackChannel({ exchange }: FastifyRequest): boolean {
  const kind = exchange?.kind
  return (
    kind === 'token' ||
    kind === 'pushed_authorization' ||
    kind === 'device_authorization' ||
    kind === 'backchannel_authentication'
  )
}

function toTokenError(refusal: Refusal): TokenError {
  const codeOf = (status: number): TokenErrorCode => {
    if (status < 500) return 'invalid_request'
    return status === 500 ? 'server_error' : 'temporarily_unavailable'
  }
  return new TokenError(codeOf(refusal.statusCode), refusal.message, { cause: refusal })
}
