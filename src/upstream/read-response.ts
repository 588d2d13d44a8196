import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Refusal } from '../refusal.ts'

const maxBytes = 1024 * 1024

const decoders: Readonly<
  Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  identity: async (body) => body,
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/** A response body: the bytes to pass on, and what they say. */
export interface ReadBody {
  readonly bytes: Buffer
  /** Undefined if the content coding is unknown, broken or a bomb, or the text is no UTF-8. */
  readonly text: string | undefined
}

/**
 * Reads a response body whole, 1 MiB at most, and decodes a copy of it (RFC 9110 8.4).
 *
 * @throws {Refusal} `upstream_unreadable` if it is larger.
 */
export async function readResponse(body: Readable, contentEncoding: string | undefined): Promise<ReadBody> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw new Refusal('upstream_unreadable', `a response of more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  const decoded = await decodeBody(bytes, contentEncoding)
  return { bytes, text: decoded && readUtf8(decoded) }
}

/**
 * A body without its content coding.
 *
 * @returns undefined if the coding is unknown, broken or a bomb (1 MiB at most come out).
 */
export async function decodeBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
): Promise<Buffer | undefined> {
  const coding = contentEncoding?.trim().toLowerCase() ?? 'identity'
  const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
  try {
    return await decoder?.(bytes, { maxOutputLength: maxBytes })
  } catch {
    return undefined
  }
}

function readUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
