import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

/** An answer of the server API that is an error, in the service's shape. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, description: string) {
    super(description)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

/** 401, in the service's own words. */
export function unauthorized(): ApiError {
  return new ApiError(
    401,
    'unauthorized',
    'The request is unauthorized. Check that your API key and region base URL are correctly configured.',
  )
}

/** Parses what a caller sent, or throws 400 `invalid_request` that names the first fault. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new ApiError(400, 'invalid_request', z.prettifyError(result.error))
}

/** Fastify's error handler: everything leaves as `{error, errorDescription}`. */
export function sendError(
  error: FastifyError | ApiError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, code, message } = error instanceof ApiError ? error : toApiError(error)
  reply.code(status).send({ error: code, errorDescription: message })
}

/** The client API's error handler: the same with `errorCode`, which the browser SDK reads. */
export function sendClientError(
  error: FastifyError | ApiError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  const { status, code, message } = error instanceof ApiError ? error : toApiError(error)
  reply.code(status).send({ error: code, errorCode: code, errorDescription: message })
}

function toApiError(error: FastifyError): ApiError {
  const status = error.statusCode ?? 500
  return new ApiError(status, status < 500 ? 'invalid_request' : 'unexpected_error', error.message)
}
