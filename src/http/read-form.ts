import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { decodeFormBytes } from './form-text.ts'
import { readBody, requireFormContentType } from './read-body.ts'
import { hasBody } from './take-body.ts'

/**
 * Reads a form. It can be read once only: what was read has to be forwarded.
 *
 * @throws {Refusal} `unsupported_content_type`, `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function readForm({ headers, raw }: FastifyRequest): Promise<Buffer> {
  const { isUtf8 } = requireFormContentType(headers['content-type'], headers['content-encoding'])
  const body = await readBody(raw, headers['content-length'])
  // guard: other-charsets
  if (!isUtf8 && !/^[\0-\x7f]*$/.test(decodeFormBytes(body.toString('latin1')))) {
    throw new Refusal('unsupported_content_type', 'expected a form outside ASCII to be in UTF-8')
  }
  return body
}

/** A form, and why it is refused where its client is protected. */
export interface LooseForm {
  readonly body: Buffer
  readonly fault?: Refusal | undefined
}

/**
 * The same at an endpoint of the OP, where nothing may have been sent at all: of no body it makes no difference what
 * its type says.
 *
 * @throws {Refusal} as `readForm` does.
 */
export async function readLooseForm(request: FastifyRequest): Promise<LooseForm> {
  const { headers } = request
  if (hasBody(headers)) return { body: await readForm(request) }
  const body = Buffer.alloc(0)
  try {
    requireFormContentType(headers['content-type'], headers['content-encoding'])
    return { body }
  } catch (fault) {
    return { body, fault: fault as Refusal }
  }
}
