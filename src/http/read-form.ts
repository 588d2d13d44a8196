import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../refusal.ts'
import { decodeFormBytes } from './form-text.ts'
import { readBody, requireFormContentType } from './read-body.ts'
import { hasBody, type TakeBody } from './take-body.ts'

/**
 * Reads a form. It can be read once only: what was read has to be forwarded.
 *
 * @param read reads the body; what is no form is refused before.
 * @throws {Refusal} `unsupported_content_type`, `body_too_large`, or `malformed_parameters` where it breaks off.
 */
export async function readForm(
  { headers, raw }: FastifyRequest,
  read: () => Promise<Buffer> = () => readBody(raw, headers['content-length']),
): Promise<Buffer> {
  const { isUtf8 } = requireForm(headers)
  const body = await read()
  // guard: other-charsets
  if (!isUtf8 && !/^[\0-\x7f]*$/.test(decodeFormBytes(body.toString('latin1')))) {
    throw new Refusal('unsupported_content_type', 'expected a form outside ASCII to be in UTF-8')
  }
  return body
}

/** A form, and why it is refused where its client is protected. */
export interface LooseForm {
  readonly body?: Buffer
  readonly fault?: Refusal | undefined
}

/**
 * The same where nothing may have been sent at all: then it makes no difference what the type says.
 *
 * @throws {Refusal} as `readForm` does.
 */
export async function readLooseForm(request: FastifyRequest, take: TakeBody): Promise<LooseForm> {
  const { headers } = request
  if (hasBody(headers)) return { body: await readForm(request, async () => (await take()) as Buffer) }
  try {
    requireForm(headers)
    return {}
  } catch (fault) {
    return { fault: fault as Refusal }
  }
}

const requireForm = (headers: IncomingHttpHeaders) =>
  requireFormContentType(headers['content-type'], headers['content-encoding'])
