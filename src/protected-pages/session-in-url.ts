import type { Target } from '../http/target.ts'
import { readNameLoosely } from '../oauth/loose-name.ts'

/** More names than a form has. */
export const maxNames = 1000
/** Longer than a name is. */
const longestName = 256

/** Parameters that hold an access token (RFC 6750 2.3), and what they were called before. */
const tokenNames = ['access_token', 'oauth_token', 'bearer_token']

/** The names under which servers accept a session in a URL, independent of their cookie's name. */
const usualNames = ['jsessionid', 'phpsessid', 'aspsessionid', 'sessionid', 'session_id', 'sid']

/** .NET Framework keeps a session that has no cookie in the path, as `/(S(…))/`. */
const cookieless = /(?:\(|%28)[^/()]{1,12}(?:\(|%28)/i

/**
 * Whether a server could know somebody by the URL: by a path parameter (`;jsessionid=…`), a query parameter that is
 * called like a session cookie, or a token (RFC 6750 2.3).
 *
 * @param cookies the names of the OP's session cookies; one that ends in `*` stands for every name that begins like it.
 * @param isKnown somebody is signed in: a page may well speak of sessions, so that only those very names count.
 */
export function couldHoldSession(
  { path, query, loosePath }: Target,
  cookies: readonly string[],
  isKnown: boolean,
): boolean {
  // guard: session-in-path-parameters
  if (
    /;|%(?:25)*3b/i.test(path) ||
    loosePath.includes(';') ||
    /* guard: session-in-path */ cookieless.test(path)
  )
    return true
  const names = query.split(/[&;]/, maxNames + 1).map((pair) => pair.split('=', 1).join(''))
  return names.length > maxNames || names.some((name) => isSessionName(name, cookies, isKnown))
}

/**
 * Whether a parameter is one by which a server could know somebody, in any spelling.
 *
 * @param name as it stands on the wire.
 */
export function isSessionName(name: string, cookies: readonly string[], isKnown: boolean): boolean {
  if (name.length > longestName) return true
  const known = [
    /* guard: token-in-query */ ...tokenNames,
    ...cookies,
    /* guard: usual-session-names */ ...(isKnown ? [] : usualNames),
  ].map((other) => other.toLowerCase())
  return readNameLoosely(name).some((reading) => known.some((other) => isNamed(reading, other)))
}

function isNamed(name: string, known: string): boolean {
  // PHP reads dots in names as underscores.
  const [dotted, underscored] = [known, known.replace(/[\s.[]/g, '_')]
  if (known.endsWith('*')) return [dotted, underscored].some((prefix) => name.startsWith(prefix.slice(0, -1)))
  return name === dotted || name === underscored
}
