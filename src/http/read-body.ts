import type { Readable } from 'node:stream'
import { Refusal } from '../refusal.ts'
import { readBytes } from './read-bytes.ts'

/** The most that a form at a guarded endpoint may hold, in bytes. */
const maxFormBytes = 1024 * 1024

/**
 * Reads a request body whole.
 *
 * @param declaredLength its Content-Length: a body that says that it is too large is not read at all.
 * @throws {Refusal} `body_too_large`, or `malformed_parameters` where the body breaks off.
 */
export async function readBody(body: Readable, declaredLength: string | undefined): Promise<Buffer> {
  if (Number(declaredLength ?? 0) > maxFormBytes) throw tooLarge()
  try {
    // The client's connection stays open, for the answer that says so.
    return await readBytes(body.iterator({ destroyOnReturn: false }), maxFormBytes, tooLarge)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed_parameters', 'the form breaks off', { cause: error })
  }
}

const tooLarge = (): Refusal => new Refusal('body_too_large', `a form of more than ${maxFormBytes} bytes`)

/**
 * Requires a body that every server reads as the same form: `application/x-www-form-urlencoded` in UTF-8, not encoded
 * (RFC 6749 appendix B).
 *
 * @throws Refusal `unsupported_content_type`
 */
export function requireFormContentType(
  header: string | undefined,
  contentEncoding: string | undefined,
): void {
  // guard: content-encoding
  if (contentEncoding !== undefined && contentEncoding.trim() !== '') {
    throw new Refusal('unsupported_content_type', 'expected a body without a content encoding')
  }
  const [type, ...parts] = (header ?? '').split(';').map((part) => part.trim())
  // An empty parameter says nothing (RFC 9110 5.6.6).
  const parameters = parts.filter((part) => part !== '')
  const isUtf8 = parameters.every((parameter) => /^charset=(?:utf-8|"utf-8")$/i.test(parameter))
  // guard: content-type
  if (type?.toLowerCase() !== 'application/x-www-form-urlencoded' || !isUtf8 || parameters.length > 1) {
    throw new Refusal('unsupported_content_type', 'expected application/x-www-form-urlencoded in UTF-8')
  }
}
