import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { AuthsignalError } from '../authsignal/authsignal.ts'
import { toAnswer } from '../http/refusal-answer.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { Refusal, type RefusalCode } from '../refusal.ts'
import type { Services } from '../services.ts'
import { reportRefusal } from '../telemetry/report-refusal.ts'
import { TokenError } from '../token-error.ts'
import { isUpstreamFailure, toUpstreamRefusal } from '../upstream/failure.ts'

const retryAfterSeconds = 5

export interface ErrorServices extends Pick<Services, 'pages' | 'audit' | 'policies' | 'tracing'> {
  /** Origins whose scripts may read an answer to this request. */
  readonly corsOrigins: ReadonlySet<string>
}

/** Answers what went wrong: a page for people, RFC 6749 5.2 JSON for clients at the endpoints that they call. */
export function sendError(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  services: ErrorServices,
): FastifyReply {
  const { pages, corsOrigins } = services
  const refusal = toRefusal(error)
  const answer = toAnswer(request, refusal)
  const { code, statusCode } = refusal
  reportRefusal(services, request, refusal, answer.code)
  services.tracing?.set({ 'step_up.refused': code })
  // guard: refused-framing
  if (code === 'malformed_headers') reply.header('connection', 'close')
  // What is left of a body is read for nobody: a client that is still sending would lose the answer with the connection.
  else request.raw.resume()
  if (refusal instanceof Refusal && refusal.allow) reply.header('allow', refusal.allow.join(', '))
  if (statusCode === 503) reply.header('retry-after', retryAfterSeconds)
  if (answer instanceof Refusal) {
    return pages.send(request, reply, refusalPage(answer.code, request.id, answer.signInPath))
  }
  const { origin } = request.headers
  if (origin !== undefined && corsOrigins.has(origin)) {
    reply.header('access-control-allow-origin', origin).header('vary', 'origin')
  }
  return reply
    .code(statusCode === 403 ? /* RFC 6749 5.2, RFC 9126 2.3 */ answer.statusCode : statusCode)
    .header('content-type', 'application/json')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(JSON.stringify(answer.body))
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
