import { isIPv6 } from 'node:net'
import { parseAddress } from './client-address.ts'

/**
 * The part of a client's IP address by which requests are counted. Anyone who has one IPv6 address has all 2^64 of its
 * network (RFC 4291 2.5.4), so they count as one. Each IPv4 address counts alone, in IPv6 notation too.
 */
export function groupAddress(address: string): string {
  const known = parseAddress(address) ?? address
  if (!isIPv6(known)) return known
  const [before = '', after] = known.split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const groups = [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail]
  return `${groups.slice(0, 4).join(':')}::/64`
}
