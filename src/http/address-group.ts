import { isIPv6 } from 'node:net'

/**
 * The part of a client's IP address by which requests are counted. Anyone who has one IPv6 address has all 2^64 of its
 * network (RFC 4291 2.5.4), so they count as one. Each IPv4 address counts alone, in IPv6 notation too.
 */
export function groupAddress(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address
  const [before = '', after] = address.replace(/%.*/, '').toLowerCase().split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  // An IPv4 address at the end stands for two groups.
  const count = head.length + tail.length + (address.includes('.') ? 1 : 0)
  const groups = [...head, ...Array.from({ length: 8 - count }, () => '0'), ...tail]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
