import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { readBytes } from '../http/read-bytes.ts'
import { isReadableCoding, type ReadableCoding } from '../http/readable-codings.ts'
import { Refusal } from '../refusal.ts'

const maxBytes = 1024 * 1024

const decoders: Readonly<
  Record<ReadableCoding, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
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
  const tooLarge = () => new Refusal('upstream_unreadable', `a response of more than ${maxBytes} bytes`)
  const bytes = await readBytes(body, maxBytes, tooLarge)
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
  if (!isReadableCoding(coding)) return undefined
  try {
    return await decoders[coding](bytes, { maxOutputLength: maxBytes })
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
