import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { HeaderFields } from '../http/exchange.ts'
import { hasBody } from '../http/take-body.ts'

/** A request as it goes to the OP; its method is the client's. */
export interface UpstreamRequest {
  /** The origin-form target, byte for byte as it was classified. */
  readonly target: string
  readonly headers: HeaderFields
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** The bytes that were judged; undefined where the body streams on unread. */
  readonly body: Buffer | undefined
}

/**
 * A body as it came, whatever the method: of the length that the client gave, or in chunks.
 *
 * @param judged the bytes, if they were read.
 */
export function frameBody(
  { raw, headers: received }: FastifyRequest,
  headers: HeaderFields,
  judged: Buffer | undefined,
): { headers: HeaderFields; body: Buffer | Readable | null } {
  if (!hasBody(received)) return { headers, body: null }
  const isChunked = received['transfer-encoding'] !== undefined
  return {
    headers: isChunked ? { ...headers, 'transfer-encoding': 'chunked' } : headers,
    body: judged ?? raw,
  }
}
