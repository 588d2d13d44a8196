import { setsCookie } from './cookies.ts'
import { hopByHopHeaders, readConnection } from './hop-by-hop.ts'
import { Refusal } from './refusal.ts'

/**
 * The headers that go to the browser in place of the OP's: without what ends at this hop and without a cookie of our
 * name; a Location on the OP's own address is on the public one. Nothing else is touched.
 *
 * @param headers bytes as latin1 characters, as undici and Node give them.
 * @param options origins without a trailing slash.
 * @throws Refusal `upstream_unreadable` for two Location headers, or a value that can't stand in a header.
 */
export function fromUpstreamHeaders(
  headers: Record<string, string | string[] | undefined>,
  options: { upstreamOrigin: string; publicUrl: string; ownCookie: string },
): Record<string, string | string[]> {
  const received = new Map<string, string[]>()
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const name = key.toLowerCase()
    received.set(name, [...(received.get(name) ?? []), ...(Array.isArray(value) ? value : [value])])
  }
  if ((received.get('location')?.length ?? 0) > 1) {
    throw new Refusal('upstream_unreadable', 'two Location headers')
  }
  const dropped = new Set(readConnection(received.get('connection') ?? []))
  const passed = new Map<string, string | string[]>()
  for (const [name, all] of received) {
    if (hopByHopHeaders.has(name) || dropped.has(name)) continue
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
  options: { upstreamOrigin: string; publicUrl: string; ownCookie: string },
): string[] {
  switch (name) {
    case 'set-cookie':
      return values.filter((value) => !setsCookie(value, options.ownCookie))
    case 'location':
    case 'content-location':
      return values.map((value) => toPublic(value, options.upstreamOrigin, options.publicUrl))
    default:
      return values
  }
}

/** Only the origin is replaced, so that what follows keeps its bytes. */
function toPublic(location: string, upstreamOrigin: string, publicUrl: string): string {
  const [authority] = /^(?:https?:)?\/\/[^/?#\\@\s]+(?=[/?#]|$)/i.exec(location) ?? []
  if (authority === undefined || !URL.canParse(authority, upstreamOrigin)) return location
  if (new URL(authority, upstreamOrigin).origin !== new URL(upstreamOrigin).origin) return location
  return publicUrl + location.slice(authority.length)
}
