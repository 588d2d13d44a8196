import { isLocalHost, isPortIndifferent, scriptableSchemes } from '../config/redirect-uri-key.ts'
import { decodePath, loosenPath } from './loose-path.ts'
import { remember } from './remembered.ts'

/**
 * What the most lenient OP could take a redirect URI for: by scheme, host, port and path, each as such an OP would
 * compare it. It is made for comparing, never for sending. Letters fold, also those in escapes; a user name, query and
 * fragment, slashes at the end, path parameters, which name of this machine stands there and its port in plain http do
 * not count. Other ports do: they tell one application from another.
 *
 * @returns undefined for what no browser takes for an absolute URI, or for one that leads to a client.
 */
export const loosenRedirectUri = remember((uri): string | undefined => {
  if (!URL.canParse(uri)) return undefined
  const url = new URL(uri)
  if (scriptableSchemes.has(url.protocol)) return undefined
  url.username = ''
  url.password = ''
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  if (!isWeb) return loosenCustom(url.href)
  const host = isLocalHost(url.hostname) ? 'loopback' : url.hostname.replace(/\.+$/, '')
  const place = isPortIndifferent(url) ? host : `${host}:${url.port}`
  return `${url.protocol}//${place}${/* guard: redirect-uri-paths */ loosenPath(url.pathname)}`
})

/** The port of a web address on this machine, where it doesn't tell redirect URIs apart (RFC 8252 7.3). */
export function loopbackPort(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined
  const url = new URL(uri)
  return isPortIndifferent(url) ? url.port : undefined
}

/** The URI of a custom scheme stays whole (RFC 8252 7.1), but for how many slashes it has. */
function loosenCustom(uri: string): string {
  const { text } = decodePath(uri.split(/[?#]/, 1).join(''))
  // guard: scheme-case
  const folded = text.toUpperCase().toLowerCase()
  return folded.replace(/\/+/g, '/').replace(/\/$/, '')
}
