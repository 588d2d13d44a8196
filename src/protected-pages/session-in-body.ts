import type { IncomingHttpHeaders } from 'node:http'
import { hasManyParts } from '../oauth/page/json-tokens.ts'
import { isSessionName, maxNames } from './session-in-url.ts'

/** All names together: to read one in every way that servers might takes long. */
const maxNameBytes = 64 * 1024

/**
 * Whether a server could know somebody by what a request holds: by a form field or a member of a JSON object that is
 * called like a session cookie or a token (RFC 6750 2.2).
 *
 * @param cookies the names of the OP's session cookies.
 */
export function couldBodyHoldSession(
  body: Buffer,
  headers: IncomingHttpHeaders,
  cookies: readonly string[],
): boolean {
  // guard: coded-bodies
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return true
  const names = listNames(body.toString('latin1'), headers['content-type']?.trim().toLowerCase() ?? '')
  // guard: field-count
  if (names === undefined || names.length > maxNames) return true
  // guard: field-names-length
  if (names.join('').length > maxNameBytes) return true
  return names.some((name) => isSessionName(name, cookies, true))
}

/** The names of fields, as they stand, one too many where there are more; undefined where readers differ or need long. */
function listNames(text: string, type: string): readonly string[] | undefined {
  if (/charset\s*=(?!\s*"?(?:utf-?8|us-ascii|iso-8859-1)\b)/.test(type)) return undefined
  if (/^[^;,]*[/+]json\b/.test(type)) return listMembers(text)
  const isForm = type === '' || /^(?:text\/|application\/x-www-form-urlencoded)/.test(type)
  if (!isForm && !type.startsWith('multipart/')) return []
  if (!isForm) return listParts(text)
  return text.split(/[&;]/, maxNames + 1).map((piece) => piece.split('=', 1).join(''))
}

/** A name may stand in another part's bytes too: who reads parts differently finds it there. */
function listParts(text: string): string[] {
  const found = text.matchAll(/\bname\*?\d?\*?\s{0,8}=\s{0,8}(?:"([^"\r\n]{0,512})|([^\s;"]{1,512}))/gi)
  const names: string[] = []
  for (const [, quoted, bare = ''] of found) {
    if (names.push((quoted ?? bare).replace(/^[\w-]*'[\w-]*'/, '').replaceAll('\\', '')) > maxNames) break
  }
  return names
}

function listMembers(text: string): string[] | undefined {
  // guard: json-body-parts
  if (hasManyParts(text)) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []
  } catch {
    return []
  }
}
