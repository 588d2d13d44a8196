import { Refusal } from '../refusal.ts'
import { setsCookie } from './cookies.ts'
import { hopByHopHeaders, readConnection } from './hop-by-hop.ts'
import { type Names, toPublicCookie, toPublicUrl } from './public-names.ts'
import { remember } from './remembered.ts'

/**
 * Fields that name another way to the same pages, which a browser remembers and takes instead of this one: another
 * port or protocol (RFC 7838, and what SPDY had before it), another variant (RFC 2295), an onion service, another base
 * for relative addresses (RFC 2110).
 */
const otherWays = /^(?:alt-[a-z-]+|(?:x-)?alternate-protocol|alternates|(?:x-)?onion-location|content-base)$/

/**
 * The headers that go to the browser in place of the OP's: without what ends at this hop, without a cookie of our name
 * and without any other way to the OP; a Location or a cookie's Domain at an internal address is at the public one.
 * Nothing else is touched.
 *
 * @param headers bytes as latin1 characters, as Node gives them.
 * @throws Refusal `upstream_unreadable` for two Location headers, or a value that can't stand in a header.
 */
export function fromUpstreamHeaders(
  headers: Record<string, string | string[] | undefined>,
  options: { names: Names; ownCookies: readonly string[] },
): Record<string, string | string[]> {
  const received = new Map<string, string | string[]>()
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const name = key.toLowerCase()
    const earlier = received.get(name)
    received.set(name, earlier === undefined ? value : [earlier, value].flat())
  }
  const location = received.get('location')
  // guard: one-location
  if (Array.isArray(location) && location.length > 1) {
    throw new Refusal('upstream_unreadable', 'two Location headers')
  }
  const dropped = readConnection(received.get('connection'))
  const passed: [name: string, value: string | string[]][] = []
  for (const [name, value] of received) {
    if (!mayGoOn(name) || dropped.includes(name)) continue
    if (Array.isArray(value) ? value.some(isUnfit) : isUnfit(value)) {
      throw new Refusal('upstream_unreadable', `a character in ${name} that can't stand in a header`)
    }
    const changed = change(name, value, options)
    if (changed !== undefined) passed.push([name, changed])
  }
  return Object.fromEntries(passed)
}

/** The OP sends the same few names all the time. */
const mayGoOn = remember(
  (name) => !hopByHopHeaders.has(name) && /* guard: other-ways-to-the-op */ !otherWays.test(name),
)

const isUnfit = (value: string): boolean => /[^\t\x20-\x7e\x80-\xff]/.test(value)

/** @returns undefined where nothing is left. */
function change(
  name: string,
  value: string | string[],
  { names, ownCookies }: { names: Names; ownCookies: readonly string[] },
): string | string[] | undefined {
  switch (name) {
    case 'set-cookie': {
      const others = [value]
        .flat()
        // guard: own-cookie-not-taken
        .filter((cookie) => !ownCookies.some((own) => setsCookie(cookie, own)))
      return others.length === 0 ? undefined : others.map((cookie) => toPublicCookie(cookie, names))
    }
    case 'location':
    case 'content-location':
      return unwrap([value].flat().map((url) => toPublicUrl(url, names)))
    default:
      return Array.isArray(value) ? unwrap(value) : value
  }
}

const unwrap = (values: string[]): string | string[] | undefined => (values.length > 1 ? values : values[0])
