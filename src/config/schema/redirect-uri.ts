import { anyPathOf } from '../redirect-uri-key.ts'
import { text } from './text.ts'

const unfit: ReadonlySet<string> = new Set([
  ...['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'filesystem:', 'view-source:'],
  ...['ws:', 'wss:', 'ftp:'],
])

/**
 * A redirect URI as registered at the OP: absolute, no fragment (RFC 6749 section 3.1.2); custom schemes too (RFC
 * 8252). A native application whose OP takes any path of a loopback address has `http://127.0.0.1/*`, without a port.
 */
export const redirectUri = text(
  'write the absolute URI that is registered at the OP, such as https://app.example.com/callback',
  (value) => {
    if (value === '') return 'is empty'
    if (!/^[!-~]+$/.test(value) || value.includes('\\') || !URL.canParse(value))
      return 'is not an absolute URI'
    const url = new URL(value)
    if (unfit.has(url.protocol)) return 'has a scheme that no client may use'
    if (value.includes('#')) return 'has a fragment'
    if (value.includes('*') && value !== anyPathOf(value))
      return 'has a wildcard, which only http://127.0.0.1/*, http://[::1]/* and http://localhost/* may have'
    if (/^[^/]+:\/\/[^/?]*@/.test(value)) return 'holds a user name or password'
    if (!isWeb(url)) return /^[^:]+:\d+(?:\/|$)/.test(value) ? 'has no scheme' : undefined
    return /^https?:\/\/[^/]/i.test(value) ? undefined : 'is not an absolute URI'
  },
)

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:'
}
