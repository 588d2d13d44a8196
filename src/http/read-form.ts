import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { readBody, requireFormContentType } from './read-body.ts'

/**
 * Reads a form; what was read is what is forwarded.
 *
 * @throws {Refusal} `unsupported_content_type`, `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function readForm(request: FastifyRequest): Promise<Buffer> {
  const { headers } = request
  requireFormContentType(headers['content-type'], headers['content-encoding'])
  const body = await readBody((request.body ?? request.raw) as Readable, headers['content-length'])
  request.exchange.body = body
  return body
}
