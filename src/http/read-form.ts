import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { decodeFormBytes } from './form-text.ts'
import { readBody, requireFormContentType } from './read-body.ts'

/**
 * Reads a form. It can be read once only: what was read has to be forwarded.
 *
 * @throws {Refusal} `unsupported_content_type`, `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function readForm({ headers, raw }: FastifyRequest): Promise<Buffer> {
  requireFormContentType(headers['content-type'], headers['content-encoding'])
  const body = await readBody(raw, headers['content-length'])
  requireForm(headers, body)
  return body
}

/**
 * Requires a body that every server reads as the same form: one that is not in UTF-8 is ASCII, its escapes too.
 *
 * @throws {Refusal} `unsupported_content_type`
 */
export function requireForm(headers: IncomingHttpHeaders, body: Buffer): void {
  const { isUtf8 } = requireFormContentType(headers['content-type'], headers['content-encoding'])
  // guard: other-charsets
  if (!isUtf8 && !/^[\0-\x7f]*$/.test(decodeFormBytes(body.toString('latin1')))) {
    throw new Refusal('unsupported_content_type', 'expected a form outside ASCII to be in UTF-8')
  }
}

/**
 * Why what was sent is no form, where nothing was sent: then it makes no difference what the type says.
 *
 * @throws {Refusal} as `requireForm` does, where there is a body.
 */
export function findFormFault(headers: IncomingHttpHeaders, body: Buffer | undefined): Refusal | undefined {
  try {
    requireForm(headers, body ?? Buffer.alloc(0))
    return undefined
  } catch (error) {
    if (body) throw error
    return error as Refusal
  }
}
