import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AuthsignalError } from '../authsignal/authsignal.ts'
import type { Pages } from '../pages/pages.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { Refusal, type RefusalCode } from '../refusal.ts'
import { describePath } from '../telemetry/describe-path.ts'
import { TokenError, type TokenErrorCode } from '../token-error.ts'
import { isUpstreamFailure, toUpstreamRefusal } from '../upstream/failure.ts'
import { clientOf } from './noted-client.ts'

const retryAfterSeconds = 5

export interface ErrorServices {
  readonly pages: Pages
  /** Origins whose scripts may read an answer to this request. */
  readonly corsOrigins: ReadonlySet<string>
}

/** Answers what went wrong: a page for people, RFC 6749 5.2 JSON for clients at the endpoints that they call. */
export function sendError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  { pages, corsOrigins }: ErrorServices,
): FastifyReply {
  const refusal = toRefusal(error)
  const { code, statusCode, message } = refusal
  const about = describe(request, refusal)
  if (statusCode >= 500) request.log.error({ err: refusal, code, ...about }, 'refused')
  else request.log.info({ code, detail: message, ...about }, 'refused')
  // guard: refused-framing
  if (code === 'malformed_headers') reply.header('connection', 'close')
  // What is left of a body is read for nobody: a client that is still sending would lose the answer with the connection.
  else request.raw.resume()
  if (statusCode === 503) reply.header('retry-after', retryAfterSeconds)
  if (refusal instanceof Refusal && !isBackChannel(request)) {
    return pages.send(request, reply, refusalPage(refusal.code, request.id))
  }
  const { origin } = request.headers
  if (origin !== undefined && corsOrigins.has(origin)) {
    reply.header('access-control-allow-origin', origin).header('vary', 'origin')
  }
  const answer = refusal instanceof Refusal ? toTokenError(refusal) : refusal
  return reply
    .code(statusCode === 403 ? /* RFC 6749 5.2, RFC 9126 2.3 */ answer.statusCode : statusCode)
    .header('content-type', 'application/json')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(JSON.stringify(answer.body))
}

/** What an operator needs to find who was refused what. */
function describe(request: FastifyRequest, refusal: Refusal | TokenError) {
  const { method, exchange, url } = request
  const clientId = refusal instanceof Refusal ? refusal.clientId : undefined
  return {
    method,
    path: describePath(exchange?.target.path ?? url, exchange !== undefined),
    client_id: clientId ?? clientOf(request),
    value: refusal.value,
  }
}

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

function toRefusal(error: FastifyError | Error): Refusal | TokenError {
  if (error instanceof Refusal || error instanceof TokenError) return error
  // A body that breaks off before its head was sent on.
  if (isUpstreamFailure(error)) return toUpstreamRefusal(error)
  // A page that needs Authsignal's answer: a sign-in has its own way on without one.
  if (error instanceof AuthsignalError) {
    return new Refusal('verification_unavailable', error.message, { cause: error })
  }
  const status = 'statusCode' in error ? error.statusCode : undefined
  return new Refusal(refusalOf(status), error.message, { cause: error })
}

/** What Fastify itself refuses, before or beside our own checks. */
function refusalOf(status: number | undefined): RefusalCode {
  switch (status) {
    case 400:
    case 414:
      return 'malformed_target'
    case 415:
      return 'unsupported_content_type'
    default:
      return 'internal'
  }
}
