import { publicAddressCode } from '../http/private-lookup.ts'
import { Refusal } from '../refusal.ts'
import { silentCode } from './exchange.ts'

const timeouts = new Set(['TimeoutError', 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', silentCode])

/** A body that breaks off, and one that did before anybody read it. */
const brokenOff = new Set([
  ...['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'],
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

/**
 * What a failed exchange with the OP means to the one who asked.
 *
 * @param error what Node's client or an abort signal threw.
 * @returns a refusal `upstream_timeout` (504), `upstream_unreadable` (502: the answer was no HTTP) or
 *   `upstream_unreachable` (502: everything else); a refusal comes back as it is.
 */
export function toUpstreamRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const name = nameFailure(error)
  if (name === publicAddressCode) return new Refusal('upstream_unreachable', String(error), { cause: error })
  if (name === 'HPE_HEADER_OVERFLOW' || name === 'UND_ERR_HEADERS_OVERFLOW')
    return new Refusal('upstream_unreadable', 'the headers of the answer are longer than maxHeaderSize', {
      cause: error,
    })
  if (isUnreadable(name)) return new Refusal('upstream_unreadable', name, { cause: error })
  if (timeouts.has(name)) return new Refusal('upstream_timeout', name, { cause: error })
  return new Refusal('upstream_unreachable', name, { cause: error })
}

/** Whether an error came from the exchange with the OP, and not from our own code. */
export function isUpstreamFailure(error: unknown): boolean {
  const name = nameFailure(error)
  return brokenOff.has(name) || timeouts.has(name) || isUnreadable(name)
}

/** What Node's parser of HTTP says, and that of undici. */
const isUnreadable = (name: string): boolean => name.startsWith('HPE_') || name === 'HTTPParserError'

/** Its code, or its kind. */
export function nameFailure(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  if (!('code' in error) || typeof error.code !== 'string') return error.name
  // undici's name for it.
  return error.code === 'UND_ERR_SOCKET' ? 'ECONNRESET' : error.code
}
