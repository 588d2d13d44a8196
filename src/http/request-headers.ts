import { Refusal } from '../refusal.ts'
import { isClaimedHeader, isSameHeader } from './claimed-headers.ts'
import { omitCookie } from './cookies.ts'
import { hopByHopHeaders, readConnection } from './hop-by-hop.ts'
import { keepReadable } from './readable-codings.ts'
import { remember } from './remembered.ts'

/** Headers of which two servers could each read another one. */
const single: ReadonlySet<string> = new Set(['authorization', 'host', 'content-type', 'content-length'])

/** Headers that change what the OP answers to a request whose answer must be read. */
const negotiated: ReadonlySet<string> = new Set([
  ...['accept-encoding', 'accept-charset', 'range', 'if-range', 'request-range', 'a-im'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
])

/** How the gateway was reached, for the OP's information. */
export interface Arrival {
  /** Host and X-Forwarded-Host, -Proto, -Port. */
  readonly publicHeaders: Readonly<Record<string, string>>
  readonly clientAddress: string
}

/** What of a request's headers depends on where it goes, and on the configuration. */
export interface HeaderOptions {
  /** Whether the answer has to be read. */
  readonly guarded: boolean
  /** Whether it may have to be: what comes back is in a content coding that can be read. */
  readonly readable?: boolean
  readonly ownCookies: readonly string[]
  /** The header in which the OP takes a user for signed in (`passkeys.signIn.header.name`). */
  readonly trustedHeader?: string | undefined
  /** The headers in which the proxies in front pass a client's certificate on. */
  readonly certificates?: { readonly names: readonly string[]; readonly isFromProxy: boolean } | undefined
}

/**
 * The headers that hold a client's certificate if this one does, in lower case: RFC 9440 has another one for its chain.
 *
 * @param header `clientCertHeader`.
 */
export function listCertificateHeaders(header: string): readonly string[] {
  const name = header.toLowerCase()
  return name === 'client-cert' ? [name, 'client-cert-chain'] : [name]
}

/**
 * The headers that go to the OP in place of the client's: without what ends at this hop, without every forwarding and
 * identity header and the one that the OP trusts, in any spelling, without our own cookie; Host and X-Forwarded-* are
 * the gateway's. A certificate passes if a proxy in front sent it, in the one spelling in which proxies send it. Names
 * with other characters than letters, digits and hyphens are dropped, since CGI turns them into the names of others.
 *
 * @param rawHeaders names and values in turn, as `IncomingMessage.rawHeaders` has them.
 * @returns lower-case names; an array where a header stands more than once.
 * @throws Refusal `malformed_headers` if a header that may stand once stands twice, or if Connection names a header
 *   that isn't the connection's: it would be read here and be gone at the OP; or for a transfer coding but chunked.
 */
export function toUpstreamHeaders(
  rawHeaders: readonly string[],
  gateway: Arrival,
  { guarded, readable = false, ownCookies, trustedHeader, certificates }: HeaderOptions,
): Record<string, string | string[]> {
  const received = groupHeaders(rawHeaders)
  for (const name of single) {
    // guard: single-headers
    if (Array.isArray(received.get(name))) throw new Refusal('malformed_headers', `two ${name} headers`)
  }
  refuseConnectionOptions(received.get('connection'))
  refuseTransferCodings(received.get('transfer-encoding'))
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of received) {
    // guard: trusted-header
    if (trustedHeader !== undefined && isSameHeader(name, trustedHeader)) continue
    const certificate = certificates?.names.find((known) => isSameHeader(name, known))
    if (certificates && certificate !== undefined) {
      // guard: certificate-of-a-proxy
      if (!certificates.isFromProxy) continue
      // guard: certificate-spellings
      if (name !== certificate) continue
      // guard: one-certificate
      if (Array.isArray(value)) throw new Refusal('malformed_headers', `two ${name} headers`)
      headers[name] = value
      continue
    }
    if (!mayGoOn(name)) continue
    if (name === 'cookie' || /* guard: negotiated-headers */ (guarded && negotiated.has(name))) continue
    headers[name] = readable && name === 'accept-encoding' ? keepReadable(value) : value
  }
  // guard: own-cookie-kept
  const cookie = ownCookies.reduce(omitCookie, join(received.get('cookie'), '; '))
  if (cookie !== undefined) headers['cookie'] = cookie
  return Object.assign(headers, gateway.publicHeaders, { 'x-forwarded-for': gateway.clientAddress })
}

/** Clients send the same few names all the time. */
const mayGoOn = remember(
  (name) =>
    !hopByHopHeaders.has(name) &&
    /* guard: claimed-headers */ !isClaimedHeader(name) &&
    /* guard: cgi-header-names */ /^[a-z0-9-]+$/.test(name),
)

/** By lower-case name; an array of those that stand more than once. */
function groupHeaders(rawHeaders: readonly string[]): Map<string, string | string[]> {
  const headers = new Map<string, string | string[]>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name, value] = [`${rawHeaders[at]}`.toLowerCase(), `${rawHeaders[at + 1]}`]
    const earlier = headers.get(name)
    if (earlier === undefined) headers.set(name, value)
    else if (Array.isArray(earlier)) earlier.push(value)
    else headers.set(name, [earlier, value])
  }
  return headers
}

const join = (value: string | string[] | undefined, separator: string): string | undefined =>
  Array.isArray(value) ? value.join(separator) : value

function refuseConnectionOptions(value: string | string[] | undefined): void {
  const odd = readConnection(value).find((option) => option !== 'close' && !hopByHopHeaders.has(option))
  // guard: connection-names
  if (odd !== undefined) {
    throw new Refusal('malformed_headers', "Connection names a header that isn't the connection's", {
      value: odd,
    })
  }
}

/** Node accepts codings before chunked and leaves them in the body, but the OP would get no header for them. */
function refuseTransferCodings(value: string | string[] | undefined): void {
  // guard: transfer-codings
  if (value !== undefined && (Array.isArray(value) || value.trim().toLowerCase() !== 'chunked')) {
    throw new Refusal('malformed_headers', 'expected no transfer coding but chunked', {
      value: join(value, ', '),
    })
  }
}
