import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import type { HeaderFields } from '../http/exchange.ts'
import { readBytes } from '../http/read-bytes.ts'
import { hasBody } from '../http/take-body.ts'

/** The longest body that is held until it is here whole, in bytes: a form. */
const longestHeld = 16 * 1024

/** A request as it goes to the OP; its method is the client's. */
export interface UpstreamRequest {
  /** The origin-form target, byte for byte as it was classified. */
  readonly target: string
  readonly headers: HeaderFields
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** The bytes that were judged; undefined where nobody read them. */
  readonly body: Buffer | undefined
}

/**
 * A body as it came, whatever the method: of the length that the client gave, or in chunks where nobody read it.
 *
 * @param judged the bytes, if they were read.
 */
export async function frameBody(
  { raw, headers: received }: FastifyRequest,
  headers: HeaderFields,
  judged: Buffer | undefined,
): Promise<{ headers: HeaderFields; body: Buffer | Readable | null }> {
  if (!hasBody(received)) return { headers, body: null }
  if (judged) return { headers, body: judged }
  if (received['transfer-encoding'] !== undefined)
    return { headers: { ...headers, 'transfer-encoding': 'chunked' }, body: raw }
  const isShort = Number(received['content-length']) <= longestHeld
  return { headers, body: isShort ? await readBytes(raw, longestHeld, tooLong) : raw }
}

/* c8 ignore next */
const tooLong = (): Error => new Error('more than its Content-Length')
