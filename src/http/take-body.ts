import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { readBody } from './read-body.ts'

/**
 * Reads a body whole before anything of it goes to the OP; what was read is what is forwarded.
 *
 * @returns undefined where there is none.
 * @throws {Refusal} `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function takeBody(request: FastifyRequest): Promise<Buffer | undefined> {
  const { headers, body, raw, exchange } = request
  if (exchange.body) return exchange.body
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!hasBody) return undefined
  exchange.body = await readBody((body ?? raw) as Readable, headers['content-length'])
  return exchange.body
}
