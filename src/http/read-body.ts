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
  requireShortBody(declaredLength)
  try {
    // The client's connection stays open, for the answer that says so.
    return await readBytes(body, maxFormBytes, tooLarge)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('malformed_parameters', 'the form breaks off', { cause: error })
  }
}

/** @throws {Refusal} `body_too_large` where a body says that it is. */
export function requireShortBody(declaredLength: string | undefined): void {
  if (Number(declaredLength ?? 0) > maxFormBytes) throw tooLarge()
}

const tooLarge = (): Refusal => new Refusal('body_too_large', `a form of more than ${maxFormBytes} bytes`)

/** Encodings in which each byte below 128 is what it is in ASCII, and nothing else is. UTF-7 and UTF-16 are none. */
const likeAscii =
  /^(?:utf-?8|(?:us-)?ascii|iso-?8859-?\d{1,2}|iso_8859-\d{1,2}|latin-?\d{1,2}|(?:windows|cp)-?125\d|koi8-[ru])$/i

/** How a body is to be read, from its Content-Type. */
export interface FormType {
  /** Otherwise in an encoding that only says the same as UTF-8 of what is ASCII. */
  readonly isUtf8: boolean
}

/**
 * Requires a body that every server reads as the same form: `application/x-www-form-urlencoded`, not encoded (RFC 6749
 * appendix B).
 *
 * @throws Refusal `unsupported_content_type`
 */
export function requireFormContentType(
  header: string | undefined,
  contentEncoding: string | undefined,
): FormType {
  // guard: content-encoding
  if (contentEncoding !== undefined && contentEncoding.trim() !== '') {
    throw new Refusal('unsupported_content_type', 'expected a body without a content encoding', {
      value: contentEncoding,
    })
  }
  const [type, ...parts] = (header ?? '').split(';').map((part) => part.trim())
  // An empty parameter says nothing (RFC 9110 5.6.6).
  const [parameter = 'charset=utf-8', ...more] = parts.filter((part) => part !== '')
  const named = /^charset[ \t]*=[ \t]*(?:"([^"\\]*)"|([^"\s]*))$/i.exec(parameter)
  const { 1: quoted, 2: charset = quoted ?? '' } = named ?? []
  const isForm = type?.toLowerCase() === 'application/x-www-form-urlencoded'
  // guard: content-type
  if (!isForm || !likeAscii.test(charset) || more.length > 0) {
    throw new Refusal('unsupported_content_type', 'expected application/x-www-form-urlencoded in UTF-8', {
      value: header,
    })
  }
  return { isUtf8: /^utf-?8$/i.test(charset) }
}
