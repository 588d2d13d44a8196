import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { listCodings } from '../http/readable-codings.ts'
import type { OpBody } from './exchange.ts'
import { type PeekedBody, peekBody } from './peek-body.ts'

const maxBytes = 1024 * 1024

/** More than anybody applies; each costs the work for `maxBytes`. */
const maxCodings = 3

type Decompress = typeof zlib.gunzip

/** Node reads zstd from 22.15 on. */
const { zstdDecompress } = zlib as typeof zlib & { readonly zstdDecompress?: Decompress }

const decompressors: ReadonlyMap<string, Decompress | undefined> = new Map(
  Object.entries({
    gzip: zlib.gunzip,
    'x-gzip': zlib.gunzip,
    deflate: zlib.inflateRaw,
    br: zlib.brotliDecompress,
    zstd: zstdDecompress,
  }),
)

/** A response body: what is to be passed on, and what it says. */
export interface ReadBody {
  readonly body: PeekedBody
  /** Undefined if it is too long, its content coding is unknown, broken or a bomb, or the text is no UTF-8. */
  readonly text: string | undefined
}

/** Reads a response body whole, 1 MiB at most, and decodes a copy of it (RFC 9110 8.4). */
export async function readResponse(answer: OpBody, contentEncoding: string | undefined): Promise<ReadBody> {
  const body = await peekBody(answer, maxBytes)
  const decoded = body.complete ? await decodeBody(body.bytes, contentEncoding) : undefined
  return { body, text: decoded && readUtf8(decoded) }
}

/**
 * A body without its content codings, of which there may be several.
 *
 * @returns undefined if one of them is unknown, broken or a bomb (1 MiB at most come out).
 */
export async function decodeBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
): Promise<Buffer | undefined> {
  const codings = listCodings(contentEncoding)
  // Headers of what has no body tell the coding all the same.
  if (bytes.length === 0) return bytes
  if (codings.length > maxCodings) return undefined
  try {
    let decoded = bytes
    for (const coding of codings.toReversed()) decoded = await decode(decoded, coding)
    return decoded
  } catch {
    return undefined
  }
}

async function decode(bytes: Buffer, coding: string): Promise<Buffer> {
  // Some servers leave out the frame of zlib around it, and browsers read both.
  const decompress = coding === 'deflate' && isInZlib(bytes) ? zlib.inflate : decompressors.get(coding)
  if (!decompress) throw new Error('a coding that can not be read')
  return promisify<Buffer, zlib.ZlibOptions, Buffer>(decompress)(bytes, { maxOutputLength: maxBytes })
}

/** RFC 1950 2.2 */
const isInZlib = (bytes: Buffer): boolean =>
  bytes.length > 1 && bytes.readUInt8(0) % 16 === 8 && bytes.readUInt16BE(0) % 31 === 0

function readUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
