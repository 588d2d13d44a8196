import type { ClientPolicy } from '../../config/schema/schema.ts'
import { decodeFormBytes } from '../../http/form-text.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import { isTypeAllowed, readableModes } from '../../policy/responses.ts'
import { Refusal } from '../../refusal.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/**
 * Authorization requests are limited by what the OP may write for them into a page: it must stay far below what is read
 * of one. The rest is what an OP's own forms may hold besides, when they are posted to the same address.
 */
const maxLength = 48 * 1024
const maxFormLength = 256 * 1024

/**
 * The form is short enough to be read: what this lets pass, `requireShort` measures exactly.
 *
 * @throws {Refusal} `body_too_large`.
 */
export function requireShortForm(body: Buffer): void {
  if (countDecoded(body) > maxFormLength) throw tooLong(maxFormLength)
}

/**
 * No request is long enough to make the OP's answer too long to be read, whichever client asks.
 *
 * @throws {Refusal} `body_too_large`.
 */
export function requireShort(parameters: Parameters): void {
  if (mostWritten * parameters.mostBytes <= maxLength) return
  for (const [query, limit] of [
    [parameters.toOAuthQuery(), maxLength],
    [parameters.toQuery(), maxFormLength],
  ] as const) {
    // guard: written-length
    if (measureWritten(query) > limit) throw tooLong(limit)
  }
}

const tooLong = (limit: number): Refusal =>
  new Refusal('body_too_large', `parameters of more than ${limit} bytes once they are escaped`)

/** How many bytes a form has without its escapes, at least. */
function countDecoded(body: Buffer): number {
  let count = body.length
  for (const byte of body) if (byte === 0x25) count -= 2
  return count
}

/** The bytes that stand for themselves in every page. */
const isPlain = Array.from({ length: 256 }, (_, byte) => /[\w .~-]/.test(String.fromCharCode(byte)))

/** Each other byte may be written as `&#x27;` or `\u0027`. */
const mostWritten = 6

/** A loop: a pattern takes many times as long. */
function measureWritten(query: string): number {
  const bytes = decodeFormBytes(query)
  let length = bytes.length
  for (let at = 0; at < bytes.length; at++) {
    // guard: escaped-length
    if (!isPlain[bytes.charCodeAt(at)]) length += mostWritten - 1
  }
  return length
}

/**
 * What no leg could read or compare is refused before the OP is asked for it.
 *
 * @throws {Refusal} `unsupported_request`, `unsupported_response`, `ambiguous_parameters`, `body_too_large`.
 */
export function requireReadable(
  { parameters, source, isContradictory }: ResolvedRequest,
  policy: ClientPolicy,
): void {
  // guard: opaque-request-objects
  if (source === 'opaque') throw new Refusal('unsupported_request', 'a request object that cannot be read')
  // guard: contradicting-request-objects
  if (isContradictory) throw new Refusal('ambiguous_parameters', 'the request object says something else')
  requireShort(parameters)
  const responseType = parameters.get('response_type') ?? 'code'
  const responseMode = parameters.get('response_mode') ?? 'query'
  // guard: response-types
  if (!isTypeAllowed(policy, responseType)) {
    throw new Refusal('unsupported_response', 'a response_type that is not on the list', {
      value: responseType,
      key: 'responseTypes',
    })
  }
  // guard: response-modes
  if (!readableModes.includes(responseMode)) {
    throw new Refusal('unsupported_response', 'a response_mode that cannot be read', { value: responseMode })
  }
  // guard: openid-scope
  if (!parameters.get('scope')?.split(' ').includes('openid')) {
    throw new Refusal('unsupported_request', 'no openid in scope: there would be no ID token to compare', {
      value: parameters.get('scope'),
    })
  }
}
