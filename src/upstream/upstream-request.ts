import { Readable } from 'node:stream'
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
 * A body as it came, whatever the method: of the length that the client gave, or in chunks. undici would give a length
 * to a buffer, and to a stream that has all its bytes already; it knows none of a stream of objects.
 *
 * @param judged the bytes, if they were read.
 */
export function frameBody(
  { raw, headers }: FastifyRequest,
  judged: Buffer | undefined,
): Buffer | Readable | null {
  if (!hasBody(headers)) return null
  const isChunked = headers['transfer-encoding'] !== undefined
  if (judged) return isChunked ? Readable.from([judged]) : judged
  // A failure at the OP must leave the client's connection open, for the answer that says so.
  return isChunked ? Readable.from(raw.iterator({ destroyOnReturn: false })) : raw
}
