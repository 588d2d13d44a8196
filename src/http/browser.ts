import type { IncomingHttpHeaders } from 'node:http'
import { hashOf } from '../hash.ts'
import type { Cookie } from './cookie-pairs.ts'
import { readCookie, readCookies } from './cookies.ts'
import type { CookieRules } from './own-cookie.ts'

/** What is known of the browser behind a request. */
export interface Browser {
  /**
   * Hashes of the gateway's cookies, each an id of this browser: the lasting one first, then those of its visits. None
   * if the browser has no such cookie.
   */
  readonly ids: readonly string[]
  /** The client's IP address, from the socket or a trusted proxy. */
  readonly address: string
  readonly userAgent?: string | undefined
  /** Authsignal's device id, if the browser sends something that looks like one: a hint, never a proof. */
  readonly deviceId?: string | undefined
  /** The one that the gateway itself set, which nobody else could have planted. */
  readonly ownDeviceId?: string | undefined
  /** The user's preferred language tag (BCP 47). */
  readonly locale?: string | undefined
}

/** The browser id that stands for a cookie's value. */
export const browserIdOf = (cookie: string): string => hashOf('browser', cookie)

/** More visits than people begin at once. */
const maxVisits = 8

/** The gateway's cookies by which a browser is known, each value once, the lasting one first. */
export function readBrowserCookies(
  { cookie }: IncomingHttpHeaders,
  { name, visitPrefix }: Pick<CookieRules, 'name' | 'visitPrefix'>,
): readonly Cookie[] {
  // All their names begin with this one, byte for byte.
  if (!cookie?.includes(name)) return []
  const value = readCookie(cookie, name)
  const lasting = value === undefined ? [] : [{ name, value }]
  const all = [...lasting, ...readCookies(cookie, visitPrefix).slice(-maxVisits)]
  return all.filter((one, index) => all.findIndex((other) => other.value === one.value) === index)
}

/** @param names of the gateway's cookies. */
export function readBrowser(
  headers: IncomingHttpHeaders,
  address: string,
  names: Pick<CookieRules, 'name' | 'visitPrefix' | 'deviceName'>,
): Browser {
  const userAgent = headers['user-agent']?.slice(0, 512)
  const [ownDeviceId, ...others] = readDeviceIds(headers.cookie, names.deviceName)
  const deviceId =
    others.length === 0 ? (ownDeviceId ?? readDeviceIds(headers.cookie, '__as_aid')[0]) : undefined
  const locale = /^\s*([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8}){0,3})(?=\s*(?:[,;]|$))/.exec(
    headers['accept-language'] ?? '',
  )?.[1]
  return {
    address,
    ids: readBrowserCookies(headers, names).map(({ value }) => browserIdOf(value)),
    userAgent,
    deviceId,
    ownDeviceId: deviceId === ownDeviceId ? ownDeviceId : undefined,
    locale,
  }
}

/** The UUIDs that a Cookie header has under a name. */
function readDeviceIds(cookies = '', name: string): string[] {
  if (!cookies.toLowerCase().includes(name.toLowerCase())) return []
  const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
  const pattern = new RegExp(`(?:^|;\\s?)${name}=(${uuid})(?=;|$)`, 'gi')
  return Array.from(cookies.matchAll(pattern), ([, id = '']) => id)
}
