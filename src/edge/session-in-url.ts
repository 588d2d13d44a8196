import { readNameLoosely } from './loose-name.ts'
import type { Target } from './target.ts'

/** Under what names servers take a session from a URL, whatever their cookie is called. */
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
  if (/;|%(?:25)*3b/i.test(path) || loosePath.includes(';') || cookieless.test(path)) return true
  const names = ['access_token', ...cookies, ...(isKnown ? [] : usualNames)].map((name) => name.toLowerCase())
  const sent = new Set(query.split(/[&;]/).map((pair) => pair.split('=', 1).join('')))
  return [...sent].flatMap(readNameLoosely).some((name) => names.some((known) => isNamed(name, known)))
}

function isNamed(name: string, known: string): boolean {
  if (known.endsWith('*')) return name.startsWith(known.slice(0, -1))
  // PHP reads dots in names as underscores.
  return name === known || name === known.replace(/[\s.[]/g, '_')
}
