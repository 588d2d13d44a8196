import type { FastifyRequest } from 'fastify'
import { readBody, requireFormContentType } from './read-body.ts'

/**
 * Reads a form. It can be read once only: what was read has to be forwarded.
 *
 * @throws {Refusal} `unsupported_content_type`, `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function readForm({ headers, raw }: FastifyRequest): Promise<Buffer> {
  requireFormContentType(headers['content-type'], headers['content-encoding'])
  return readBody(raw, headers['content-length'])
}
