import { isIP } from 'node:net'
import { issuerPlaceholder } from './issuer-path.ts'
import { hostOf, isInside, isLoopback, isNetwork } from './network.ts'
import { text, textLike } from './text.ts'

const name = '(?!-)[a-z0-9-]{1,63}(?<!-)(?:\\.(?!-)[a-z0-9-]{1,63}(?<!-))*'
const hostPattern = new RegExp(`^(?:${name}|\\[[0-9a-f:.]+\\])(?::[0-9]{1,5})?$`)
const challengeHostPattern = new RegExp(`^(?:\\*\\.${name.replace(/\*$/, '+')}|${name})$`)
const segments = /^(?:\/(?!:|\.{1,2}(?:\/|$))[A-Za-z0-9._~!$&'()+,=:@-]+)+\/?$/

/** The gateway's public origin: https, or http on this machine. */
export const publicOrigin = text('write an origin such as https://login.example.com', (value) =>
  findOriginFault(value, isLoopback, 'on a loopback address'),
)

/** The OP's origin: https, or http on this machine, a private address, or a name (which has to lead to one). */
export const upstreamOrigin = text('write an origin such as http://127.0.0.1:5000', (value) =>
  findOriginFault(value, mayBePrivate, 'inside a private network'),
)

/** An origin that is only compared, never called: http and https alike. */
export const origin = text('write an origin such as http://idp.corp.example', (value) =>
  findOriginFault(value, () => true, ''),
)

/** The base URL of an API: https, or http on this machine; a path may follow. */
export const apiUrl = text('write a URL such as https://api.authsignal.com/v1', (value) => {
  const fault = findUrlFault(value, isLoopback, 'on a loopback address')
  return fault ?? (value.endsWith('/') ? 'ends in a slash' : undefined)
})

/** An endpoint of the OP, by the same rule: an absolute URL, or a path on the upstream. */
export const endpoint = text('write a path such as /connect/token, or an absolute URL', (value) =>
  /^(?:\/|\{)/.test(value)
    ? findPathFault(value)
    : findUrlFault(value, mayBePrivate, 'inside a private network'),
)

/** A path of the OP as it is spelled: no wildcard, no query, no dot segment; `{issuer}` may be its start. */
export const path = text('write one exact path such as /connect/authorize', findPathFault)

/**
 * The same, but slashes may be doubled: some OPs redirect browsers to their authorization endpoint in that spelling.
 */
export const authorizePath = text('write one exact path such as /connect/authorize', (value) =>
  findPathFault(value.replace(/\/\/+(?!$)/g, '/')),
)

/** The path below which the gateway's own pages live. */
export const pathPrefix = textLike(
  /^(?:\/[a-z0-9-]+)+$/,
  'a path of lower-case letters, digits and -',
  'write a path such as /step-up',
)

/** A name, optionally with a port, as it stands in a Host header. */
export const host = textLike(hostPattern, 'a host', 'write a lower-case host such as login.internal:8443')

/** An address or network of proxies. */
export const network = text('write a network such as 10.0.0.0/8, or one address', (value) =>
  isNetwork(value) ? undefined : 'is not a network in CIDR notation',
)

/** Where challenges may live: `host`, `*.host` (https is implied), or `http://host:port` on this machine. */
export const challengeHost = text(
  'write a host, *.host, or http://host:port on a loopback address',
  (value) => {
    if (challengeHostPattern.test(value)) return undefined
    const url = parseUrl(value)
    if (url === undefined || url.protocol !== 'http:') return 'is not a host'
    if (!isLoopback(url.hostname)) return 'is plain http, which is accepted on a loopback address only'
    return url.port === '' || url.origin !== value ? 'is not spelled http://host:port' : undefined
  },
)

const isAddress = (hostname: string): boolean => isIP(hostOf(hostname)) !== 0

/** Where a name leads is seen when it is connected to (`createPrivateLookup`). */
export function mayBePrivate(hostname: string): boolean {
  return isInside(hostname) || !isAddress(hostname)
}

function parseUrl(value: string): URL | undefined {
  return /^[!-~]+$/.test(value) && !value.includes('\\') && URL.canParse(value) ? new URL(value) : undefined
}

function findUrlFault(
  value: string,
  isPlainAccepted: (hostname: string) => boolean,
  where: string,
): string | undefined {
  const url = parseUrl(value)
  if (value === '') return 'is empty'
  if (url === undefined || !/^https?:\/\/[^/]/.test(value)) return 'is not an https URL'
  if (url.username !== '' || url.password !== '') return 'holds a user name or password'
  if (/[?#]/.test(value)) return 'has a query or a fragment'
  if (url.protocol === 'http:' && !isPlainAccepted(url.hostname))
    return `is plain http, which is accepted ${where} only`
  return undefined
}

function findOriginFault(
  value: string,
  isPlainAccepted: (hostname: string) => boolean,
  where: string,
): string | undefined {
  const fault = findUrlFault(value, isPlainAccepted, where)
  if (fault !== undefined) return fault
  const url = new URL(value)
  if (value.endsWith('/')) return 'ends in a slash'
  if (url.pathname !== '/') return 'has a path'
  return value === url.origin ? undefined : 'is not spelled plainly (lower case, no default port)'
}

function findPathFault(spelled: string): string | undefined {
  if (spelled === '') return 'is empty'
  if (spelled === issuerPlaceholder) return 'names nothing below the issuer'
  const value = spelled.startsWith(issuerPlaceholder) ? spelled.slice(issuerPlaceholder.length) : spelled
  if (!value.startsWith('/')) return 'is not an absolute path'
  if (/[*{}]|\/:/.test(value)) return 'has a wildcard or a parameter, which paths do not know'
  return segments.test(value) ? undefined : 'is not a plain path'
}
