import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { readBody } from './read-body.ts'

/** Whether a request has a body by its framing (RFC 9112 6.3), whatever its method. */
export const hasBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/**
 * Reads a body whole before anything of it goes to the OP. It can be read once only: what was read has to be forwarded.
 *
 * @returns undefined where there is none.
 * @throws {Refusal} `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function takeBody({ headers, raw }: FastifyRequest): Promise<Buffer | undefined> {
  return hasBody(headers) ? readBody(raw, headers['content-length']) : undefined
}

/** Reads the body of one request, or tells again what it read. */
export type TakeBody = () => Promise<Buffer | undefined>
