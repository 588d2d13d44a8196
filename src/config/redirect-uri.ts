import { isLoopback } from './network.ts'
import { text } from './text.ts'

const unfit: ReadonlySet<string> = new Set([
  ...['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'filesystem:', 'view-source:'],
  ...['ws:', 'wss:', 'ftp:'],
])

/** A redirect URI as the OP has it: absolute, no fragment (RFC 6749 section 3.1.2); custom schemes too (RFC 8252). */
export const redirectUri = text(
  'write the absolute URI that is registered at the OP, such as https://app.example.com/callback',
  (value) => {
    if (value === '') return 'is empty'
    if (!/^[!-~]+$/.test(value) || value.includes('\\') || !URL.canParse(value))
      return 'is not an absolute URI'
    const url = new URL(value)
    if (unfit.has(url.protocol)) return 'has a scheme that no client may use'
    if (value.includes('#')) return 'has a fragment'
    if (value.includes('*')) return 'has a wildcard; redirect URIs are compared exactly'
    if (/^[^/]+:\/\/[^/?]*@/.test(value)) return 'holds a user name or password'
    if (!isWeb(url)) return /^[^:]+:\d+(?:\/|$)/.test(value) ? 'has no scheme' : undefined
    return /^https?:\/\/[^/]/i.test(value) ? undefined : 'is not an absolute URI'
  },
)

/**
 * What two redirect URIs must have in common to belong to the same client: scheme, authority and path, the
 * query left out, and the port too on a loopback address (RFC 8252 section 7.3). Escapes are read, so that
 * what the edge takes for one URI is one here. Undefined for what is no URI.
 */
export function toRedirectUriKey(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined
  const url = new URL(value)
  if (!isWeb(url)) return url.href.replace(/[?#].*$/s, '')
  const hostname = url.hostname.replace(/\.$/, '')
  const port = isLoopback(hostname) || url.port === '' ? '' : `:${url.port}`
  const path = url.pathname.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return `${url.protocol}//${hostname}${port}${path}`
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}
