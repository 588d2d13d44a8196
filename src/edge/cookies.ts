import { foldBytesByCollation } from './collated-name.ts'
import { readPair, readPairs } from './cookie-pairs.ts'
import { Refusal } from './refusal.ts'

/**
 * Picks the allow-listed cookies out of a Cookie header.
 *
 * @param allowed names; one that ends in `*` stands for every name that begins like it (chunked cookies).
 * @returns the header to send, or undefined if there is none of them.
 * @throws Refusal `ambiguous_cookies` for two cookies of one name with different values: OPs differ in which of them
 *   counts. Names that only some servers tell apart (case, escapes) are one name here. Equal values are no ambiguity,
 *   since every reading of them is the same; browsers send them after a cookie has moved to another path.
 */
export function selectCookies(header: string | undefined, allowed: readonly string[]): string | undefined {
  return toHeader(selectAllowed(header, allowed))
}

/**
 * The Cookie header that this browser would send next, once it has taken a response's Set-Cookie headers (RFC 6265
 * 5.3). Of two for one name the later counts, whatever its path.
 *
 * @param now epoch milliseconds.
 * @throws Refusal `ambiguous_cookies` as `selectCookies` does.
 */
export function overlayCookies(
  header: string | undefined,
  setCookies: readonly string[],
  allowed: readonly string[],
  now: number = Date.now(),
): string | undefined {
  const cookies = selectAllowed(header, allowed)
  for (const setCookie of setCookies) {
    const [pair = '', ...attributes] = setCookie.split(';')
    const cookie = readPair(pair)
    if (cookie === undefined || !isAllowed(cookie.name, allowed)) continue
    if (isExpired(attributes, now)) cookies.delete(cookie.name)
    else cookies.set(cookie.name, cookie.value)
  }
  return toHeader(cookies)
}

/** Those of a response's Set-Cookie headers that set an allow-listed cookie, byte for byte. */
export function selectSetCookies(setCookies: readonly string[], allowed: readonly string[]): string[] {
  return setCookies.filter((setCookie) => {
    const [pair = ''] = setCookie.split(';', 1)
    const cookie = readPair(pair)
    return cookie !== undefined && isAllowed(cookie.name, allowed)
  })
}

/** A Cookie header without any cookie of that name, the rest byte for byte; undefined if nothing is left. */
export function omitCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return header
  const parts = header.split(';')
  const kept = parts.filter((part) => readPair(part)?.name !== name)
  if (kept.length === parts.length) return header
  const rest = kept.join(';')
  const trimmed = kept[0] === parts[0] ? rest : rest.replace(/^[ \t]+/, '')
  return trimmed === '' ? undefined : trimmed
}

/**
 * The gateway's own cookie: 256 bits in base64url.
 *
 * @returns undefined if it is absent, stands more than once (another host of the domain may have tossed one in), or is
 *   not of that form.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const found = readPairs(header).filter((cookie) => cookie.name === name)
  const value = found.length === 1 ? found[0]?.value : undefined
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined
}

/**
 * Whether a Set-Cookie header sets a cookie that could come back under that name: a nameless one (`=name=value`) does
 * in some browsers, and some drop odd bytes before a name.
 */
export function setsCookie(setCookie: string, name: string): boolean {
  const bare = setCookie.replace(/^[^!-<>-~]+/, '')
  return readPair(bare.split(';', 1).join(''))?.name === name
}

function selectAllowed(header: string | undefined, allowed: readonly string[]): Map<string, string> {
  const selected = new Map<string, string>()
  const valueByLooseName = new Map<string, string>()
  const pairs = readPairs(header)
  for (const { name, value } of pairs.filter((cookie) => isAllowed(cookie.name, allowed))) {
    refuseDifferent(valueByLooseName, name, value)
    selected.set(name, value)
  }
  for (const { name, value } of pairs) {
    if (loosenName(name).some((key) => valueByLooseName.has(key)))
      refuseDifferent(valueByLooseName, name, value)
  }
  return selected
}

function refuseDifferent(valueByLooseName: Map<string, string>, name: string, value: string): void {
  for (const key of loosenName(name)) {
    const known = valueByLooseName.get(key)
    if (known !== undefined && known !== value) {
      throw new Refusal('ambiguous_cookies', 'two cookies of one allow-listed name have different values')
    }
    valueByLooseName.set(key, value)
  }
}

/** ASP.NET compares names by collation without case, PHP decodes escapes in them. */
function loosenName(name: string): readonly string[] {
  const bytes = name.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return foldBytesByCollation(bytes)
}

function isAllowed(name: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry))
}

/** RFC 6265 5.2.1, 5.2.2: Max-Age goes before Expires, and the last of each counts. */
function isExpired(attributes: readonly string[], now: number): boolean {
  let maxAge: number | undefined
  let expiresAt: number | undefined
  for (const attribute of attributes) {
    const pair = readPair(attribute)
    const name = pair?.name.toLowerCase()
    if (pair === undefined) continue
    if (name === 'max-age' && /^-?\d+$/.test(pair.value)) maxAge = Number(pair.value)
    if (name === 'expires' && !Number.isNaN(Date.parse(pair.value))) expiresAt = Date.parse(pair.value)
  }
  if (maxAge !== undefined) return maxAge <= 0
  return expiresAt !== undefined && expiresAt <= now
}

function toHeader(cookies: ReadonlyMap<string, string>): string | undefined {
  if (cookies.size === 0) return undefined
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
