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
    if ((received.get(name)?.length ?? 0) > 1) throw new Refusal('malformed_headers', `two ${name} headers`)
  }
  refuseConnectionOptions(received.get('connection') ?? [])
  refuseTransferCodings(received.get('transfer-encoding') ?? [])
  const headers = new Map<string, string | string[]>()
  for (const [name, values] of received) {
    // guard: trusted-header
    if (trustedHeader !== undefined && isSameHeader(name, trustedHeader)) continue
    const certificate = certificates?.names.find((known) => isSameHeader(name, known))
    if (certificates && certificate !== undefined) {
      // guard: certificate-of-a-proxy
      if (!certificates.isFromProxy) continue
      // guard: certificate-spellings
      if (name !== certificate) continue
      // guard: one-certificate
      if (values.length > 1) throw new Refusal('malformed_headers', `two ${name} headers`)
      headers.set(name, values.join())
      continue
    }
    if (!mayGoOn(name)) continue
    if (name === 'cookie' || /* guard: negotiated-headers */ (guarded && negotiated.has(name))) continue
    const [first = '', ...more] = readable && name === 'accept-encoding' ? keepReadable(values) : values
    headers.set(name, more.length === 0 ? first : values)
  }
  // guard: own-cookie-kept
  const cookie = ownCookies.reduce(omitCookie, received.get('cookie')?.join('; '))
  if (cookie !== undefined) headers.set('cookie', cookie)
  for (const [name, value] of Object.entries(gateway.publicHeaders)) headers.set(name, value)
  headers.set('x-forwarded-for', gateway.clientAddress)
  return Object.fromEntries(headers)
}

/** Clients send the same few names all the time. */
const mayGoOn = remember(
  (name) =>
    !hopByHopHeaders.has(name) &&
    /* guard: claimed-headers */ !isClaimedHeader(name) &&
    /* guard: cgi-header-names */ /^[a-z0-9-]+$/.test(name),
)

function groupHeaders(rawHeaders: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>()
  let name = ''
  for (const [index, text] of rawHeaders.entries()) {
    if (index % 2 === 0) name = text.toLowerCase()
    else if (headers.has(name)) headers.get(name)?.push(text)
    else headers.set(name, [text])
  }
  return headers
}

function refuseConnectionOptions(values: readonly string[]): void {
  const odd = readConnection(values).find((option) => option !== 'close' && !hopByHopHeaders.has(option))
  // guard: connection-names
  if (odd !== undefined) {
    throw new Refusal('malformed_headers', "Connection names a header that isn't the connection's", {
      value: odd,
    })
  }
}

/** Node accepts codings before chunked and leaves them in the body, but the OP would get no header for them. */
function refuseTransferCodings(values: readonly string[]): void {
  // guard: transfer-codings
  if (values.some((value) => value.trim().toLowerCase() !== 'chunked') || values.length > 1) {
    throw new Refusal('malformed_headers', 'expected no transfer coding but chunked', {
      value: values.join(', '),
    })
  }
}
