/** Schemes that the browser itself runs or shows, so that no client gets the response. */
export const scriptableSchemes: ReadonlySet<string> = new Set([
  ...['javascript:', 'data:', 'vbscript:', 'blob:', 'about:', 'file:', 'filesystem:', 'view-source:'],
  ...['ws:', 'wss:', 'ftp:'],
])

const localHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** This machine, by one of the names under which native applications wait for their answer (RFC 8252 7.3, 8.3). */
export const isLocalHost = (hostname: string): boolean => localHosts.has(hostname.replace(/\.+$/, ''))

/** Where the port tells nothing: plain http on this machine. With TLS a port is an application (RFC 8252 7.3). */
export const isPortIndifferent = ({ protocol, hostname }: URL): boolean =>
  /* guard: ports-with-tls */ protocol === 'http:' && /* guard: ports-elsewhere */ isLocalHost(hostname)

/**
 * What stands in a list for a redirect URI at any path and port of this machine: `http://127.0.0.1/*`.
 *
 * @returns undefined for a URI that is not plain http on this machine.
 */
export function anyPathOf(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined
  const url = new URL(uri)
  return isPortIndifferent(url) ? `http://${url.hostname.replace(/\.+$/, '')}/*` : undefined
}

/** Escapes of letters, digits and `-._~` mean the same unescaped (RFC 3986 6.2.2.2). */
const superfluousEscape = /%(?:2[DE]|3\d|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/gi

/**
 * The key under which two redirect URIs are the same to a browser: scheme, authority and path. Query and fragment don't
 * count, nor does the port of plain http on a loopback address (RFC 8252 7.3). The URI of a custom scheme stays whole (RFC 8252 7.1).
 *
 * @returns undefined for what is not an absolute URI, contains a user name, leads to no client, or that a browser would
 *   read differently: white space, control characters, backslashes, missing slashes.
 */
export function redirectUriKey(uri: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(uri) || uri.includes('\\') || !URL.canParse(uri)) return undefined
  const url = new URL(uri)
  if (scriptableSchemes.has(url.protocol)) return undefined
  const [resource = ''] = uri.split(/[?#]/, 1)
  if (/^[^/]+:\/\/[^/]*@/.test(resource)) return undefined
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return url.href.split(/[?#]/, 1).join('')
  if (!/^https?:\/\/[^/]/i.test(resource)) return undefined
  const hostname = url.hostname.replace(/\.$/, '')
  const port = isPortIndifferent(url) ? ':*' : url.port && `:${url.port}`
  return `${url.protocol}//${hostname}${port}${unescapePath(url.pathname)}`
}

function unescapePath(path: string): string {
  return path
    .replace(superfluousEscape, (escaped) => String.fromCharCode(Number.parseInt(escaped.slice(1), 16)))
    .replace(/%[0-9a-f]{2}/gi, (escaped) => escaped.toUpperCase())
}
