import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { readBody } from '../edge/read-body.ts'

/**
 * Reads a body whole before anything of it goes to the OP; what was read is what is forwarded.
 *
 * @returns undefined where there is none.
 * @throws {Refusal} `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function takeBody(request: FastifyRequest): Promise<Buffer | undefined> {
  const { headers, body, raw } = request
  if (Buffer.isBuffer(body)) return body
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!hasBody) return undefined
  const whole = await readBody((body ?? raw) as Readable, headers['content-length'])
  request.body = whole
  return whole
}
