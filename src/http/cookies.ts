import type { Config } from '../config/schema/schema.ts'
import { Refusal } from '../refusal.ts'
import { type Cookie, readPair, readPairs } from './cookie-pairs.ts'
import { createSessionText, fold } from './session-text.ts'

/** The cookies by which the OP knows a session (`provider.probe.cookies`). */
export interface SessionCookies {
  /** One that ends in `*` stands for every name that begins like it (chunked cookies). */
  readonly names: readonly string[]
  /** Whether the OP takes names for one that differ only in case. */
  readonly foldsCase: boolean
}

/** Cookies may be compared in another way than paths: oidc-provider ignores the case of paths alone. */
export const sessionCookiesOf = ({
  foldsCookieCase,
  foldsCase,
  probe,
}: Config['provider']): SessionCookies => ({
  names: probe.cookies,
  foldsCase: foldsCookieCase ?? foldsCase,
})

/**
 * Picks the allow-listed cookies out of a Cookie header.
 *
 * @returns the header to send, or undefined if there is none of them.
 * @throws Refusal `ambiguous_cookies` for two cookies of one name with different values: OPs differ in which of them
 *   counts. Names that only some servers tell apart (escapes, case where the OP folds it) are one name here, and what
 *   only some servers would find inside another cookie counts too. Equal values are no ambiguity, since every reading
 *   of them is the same; browsers send them after a cookie has moved to another path.
 */
export function selectCookies(header: string | undefined, allowed: SessionCookies): string | undefined {
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
  allowed: SessionCookies,
  now: number = Date.now(),
): string | undefined {
  const cookies = selectAllowed(header, allowed)
  for (const setCookie of setCookies) {
    const [pair = '', ...attributes] = setCookie.split(';')
    const cookie = readPair(pair)
    if (cookie === undefined || !isAllowed(cookie.name, allowed.names)) continue
    if (isExpired(attributes, now)) cookies.delete(cookie.name)
    else cookies.set(cookie.name, cookie.value)
  }
  return toHeader(cookies)
}

/**
 * Whether a response takes the browser's allow-listed cookies from it, or empties them: all that the request had, some,
 * or none.
 *
 * @throws Refusal `ambiguous_cookies` as `selectCookies` does, for a response that sets any of them.
 */
export function findRemoval(
  header: string | undefined,
  setCookies: readonly string[],
  allowed: SessionCookies,
): 'all' | 'some' | 'none' {
  const touching = selectSetCookies(setCookies, allowed.names)
  if (touching.length === 0) return 'none'
  const namesOf = (cookies: string | undefined): string[] =>
    readPairs(cookies).flatMap(({ name, value }) => (value === '' ? [] : [name]))
  const before = namesOf(selectCookies(header, allowed))
  const after = namesOf(overlayCookies(header, touching, allowed))
  const removed = before.filter((name) => !after.includes(name))
  if (removed.length === 0) return 'none'
  return after.length === 0 ? 'all' : 'some'
}

/** Those of a response's Set-Cookie headers that set an allow-listed cookie, byte for byte. */
export function selectSetCookies(setCookies: readonly string[], allowed: readonly string[]): string[] {
  return setCookies.filter((setCookie) => {
    const [pair = ''] = setCookie.split(';', 1)
    const cookie = readPair(pair)
    return cookie !== undefined && isAllowed(cookie.name, allowed)
  })
}

/** A Cookie header without the cookies of an own name, the rest byte for byte; undefined if nothing is left. */
export function omitCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return header
  const parts = header.split(';')
  const kept = parts.filter((part) => !isOwn(readPair(part)?.name, name))
  if (kept.length === parts.length) return header
  const rest = kept.join(';')
  const trimmed = kept[0] === parts[0] ? rest : rest.replace(/^[ \t]+/, '')
  return trimmed === '' ? undefined : trimmed
}

/** 256 bits in base64url. */
const ownValue = /^[\w-]{43}$/

/**
 * The gateway's own cookie: 256 bits in base64url.
 *
 * @returns undefined if it is absent, stands more than once (another host of the domain may have tossed one in), or is
 *   not of that form.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const found = readPairs(header).filter((cookie) => cookie.name === name)
  // guard: own-cookie-once
  const value = found.length === 1 ? found[0]?.value : undefined
  return value !== undefined && ownValue.test(value) ? value : undefined
}

/** The gateway's own cookies whose names begin with a prefix, each as strictly as `readCookie` reads one. */
export function readCookies(header: string | undefined, prefix: string): Cookie[] {
  const found = readPairs(header).filter(({ name }) => name.startsWith(prefix))
  const counts = new Map<string, number>()
  for (const { name } of found) counts.set(name, (counts.get(name) ?? 0) + 1)
  return found.filter(({ name, value }) => counts.get(name) === 1 && ownValue.test(value))
}

/** One of the gateway's own cookies: the names of all others begin with that of the first one and a hyphen. */
function isOwn(name: string | undefined, own: string): boolean {
  return name === own || name?.startsWith(`${own}-`) === true
}

/**
 * Whether a Set-Cookie header sets a cookie that could come back under an own name: a nameless one (`=name=value`) does
 * in some browsers, and some drop odd bytes before a name.
 */
export function setsCookie(setCookie: string, name: string): boolean {
  const bare = setCookie.replace(/^[^!-<>-~]+/, '')
  return isOwn(readPair(bare.split(';', 1).join(''))?.name, name)
}

/**
 * A Cookie header in which every server reads the allow-listed cookies as they are here, and nothing else as one of them:
 * those cookies as `selectCookies` picks them, and behind them what is plainly another cookie (RFC 6265 4.1.1).
 *
 * @throws Refusal `ambiguous_cookies` as `selectCookies` does.
 */
export function separateCookies(header: string | undefined, allowed: SessionCookies): string | undefined {
  const selected = selectAllowed(header, allowed)
  // Nobody misses a cookie here that differs in case: it is left out wherever it may be read as a session.
  const text = createSessionText(allowed.names, true)
  const arePlain = [...selected.values()].every((value) => plainValue.test(value))
  const others = readPairs(header).filter(({ name, value }) => {
    // guard: plain-cookies
    if (!arePlain || !plainName.test(name) || !plainValue.test(value)) return false
    return (
      /* guard: session-in-cookie-name */ text.namesOf(name).length === 0 &&
      /* guard: session-in-cookie-text */ text.findIn(`${name}=${value}`, true).length === 0
    )
  })
  return toHeader([...selected, ...others.map(({ name, value }) => [name, value] as const)])
}

/** Without what begins an escape, or a keyword of RFC 2109. */
const plainName = /^[!#&'*+.^`|~\w-]+$/
const plainValue = /^("?)[!#-+\x2d-:<-[\]-~]*\1$/

function selectAllowed(header: string | undefined, allowed: SessionCookies): Map<string, string> {
  const pairs = readPairs(header)
  const selected = new Map<string, string>()
  for (const { name, value } of pairs.filter((cookie) => isAllowed(cookie.name, allowed.names))) {
    // guard: two-session-cookies
    if ((selected.get(name) ?? value) !== value) refuse()
    selected.set(name, value)
  }
  if (selected.size > 0) refuseOtherReadings(pairs, selected, allowed)
  return selected
}

/** Whatever some server could read as an allow-listed cookie, by its name or inside another one, says what that one says. */
function refuseOtherReadings(
  pairs: readonly Cookie[],
  selected: ReadonlyMap<string, string>,
  { names, foldsCase }: SessionCookies,
): void {
  const text = createSessionText(names, foldsCase)
  const valuesOf = (entry: string) =>
    [...selected].flatMap(([name, value]) => (isAllowed(name, [entry]) ? [value] : []))
  for (const { name, value } of pairs) {
    // guard: session-cookies-under-other-names
    for (const entry of text.namesOf(name)) if (!valuesOf(entry).includes(value)) refuse()
    for (const { name: entry, rest } of text.findIn(`${name}=${value}`, false)) {
      const known = valuesOf(entry).flatMap(fold)
      // guard: session-inside-cookies
      if (!known.some((value) => beginsWith(rest, value))) refuse()
    }
  }
}

function beginsWith(text: string, value: string): boolean {
  return text.startsWith(value) && /^(?:$|[\s,;"&])/.test(text.slice(value.length))
}

function refuse(): never {
  throw new Refusal(
    'ambiguous_cookies',
    'an allow-listed cookie has two values, or could be read as having them',
  )
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

function toHeader(cookies: Iterable<readonly [name: string, value: string]>): string | undefined {
  const pairs = [...cookies]
  if (pairs.length === 0) return undefined
  return pairs.map(([name, value]) => `${name}=${value}`).join('; ')
}
