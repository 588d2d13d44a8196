import { errors } from 'undici'
import { Refusal } from '../refusal.ts'
import { publicAddressCode } from './private-lookup.ts'

const timeouts = new Set([
  'TimeoutError',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/**
 * What a failed exchange with the OP means to the one who asked.
 *
 * @param error what undici or an abort signal threw.
 * @returns a refusal `upstream_timeout` (504), `upstream_unreadable` (502: the answer was no HTTP) or
 *   `upstream_unreachable` (502: everything else); a refusal comes back as it is.
 */
export function toUpstreamRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const name = nameFailure(error)
  if (name === publicAddressCode) return new Refusal('upstream_unreachable', String(error), { cause: error })
  if (error instanceof errors.HeadersOverflowError)
    return new Refusal('upstream_unreadable', 'the headers of the answer are longer than maxHeaderSize', {
      cause: error,
    })
  if (error instanceof errors.HTTPParserError)
    return new Refusal('upstream_unreadable', name, { cause: error })
  if (timeouts.has(name)) return new Refusal('upstream_timeout', name, { cause: error })
  return new Refusal('upstream_unreachable', name, { cause: error })
}

/** Whether an error came from the exchange with the OP, and not from our own code. */
export const isUpstreamFailure = (error: unknown): boolean => error instanceof errors.UndiciError

function nameFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
