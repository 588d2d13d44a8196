/**
 * The address of a challenge, if browsers may be sent there.
 *
 * @param url from Authsignal's answer.
 * @param challengeHosts `mfa.example.com`, `*.example.com` (any depth below, not the name itself), or an origin
 *   such as `http://localhost:4403`. Only an entry that says http allows http.
 * @returns the URL as the parser wrote it, so that no browser reads it differently; undefined if it is not allowed.
 */
export function readChallengeUrl(url: string, challengeHosts: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return undefined
  const parsed = new URL(url)
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return undefined
  if (parsed.username !== '' || parsed.password !== '') return undefined
  return /* guard: challenge-hosts */ challengeHosts.some((entry) => isListedBy(entry.toLowerCase(), parsed))
    ? parsed.href
    : undefined
}

function isListedBy(entry: string, url: URL): boolean {
  if (entry.includes('://')) return url.origin === entry
  if (url.protocol !== 'https:') return false
  if (!entry.startsWith('*.')) return url.host === entry
  const suffix = entry.slice(1)
  return url.port === '' && url.hostname.endsWith(suffix) && url.hostname.length > suffix.length
}
