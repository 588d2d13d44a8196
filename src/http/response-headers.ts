import { Refusal } from '../refusal.ts'
import { setsCookie } from './cookies.ts'
import { hopByHopHeaders, readConnection } from './hop-by-hop.ts'
import { type Names, toPublicCookie, toPublicUrl } from './public-names.ts'

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
  const received = new Map<string, string[]>()
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const name = key.toLowerCase()
    received.set(name, [...(received.get(name) ?? []), ...(Array.isArray(value) ? value : [value])])
  }
  // guard: one-location
  if ((received.get('location')?.length ?? 0) > 1) {
    throw new Refusal('upstream_unreadable', 'two Location headers')
  }
  const dropped = new Set(readConnection(received.get('connection') ?? []))
  const passed = new Map<string, string | string[]>()
  for (const [name, all] of received) {
    if (
      hopByHopHeaders.has(name) ||
      dropped.has(name) ||
      /* guard: other-ways-to-the-op */ otherWays.test(name)
    )
      continue
    if (!all.every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))) {
      throw new Refusal('upstream_unreadable', `a character in ${name} that can't stand in a header`)
    }
    const values = changeValues(name, all, options)
    const [first, ...more] = values
    if (first !== undefined) passed.set(name, more.length > 0 || name === 'set-cookie' ? values : first)
  }
  return Object.fromEntries(passed)
}

function changeValues(
  name: string,
  values: string[],
  options: { names: Names; ownCookies: readonly string[] },
): string[] {
  switch (name) {
    case 'set-cookie':
      return values.flatMap((value) =>
        // guard: own-cookie-not-taken
        options.ownCookies.some((name) => setsCookie(value, name))
          ? []
          : toPublicCookie(value, options.names),
      )
    case 'location':
    case 'content-location':
      return values.map((value) => toPublicUrl(value, options.names))
    default:
      return values
  }
}
