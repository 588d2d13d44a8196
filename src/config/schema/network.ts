import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

const privateNetworks = new BlockList()
privateNetworks.addSubnet('10.0.0.0', 8, 'ipv4')
privateNetworks.addSubnet('172.16.0.0', 12, 'ipv4')
privateNetworks.addSubnet('192.168.0.0', 16, 'ipv4')
// What providers of clouds share with nobody (RFC 6598).
privateNetworks.addSubnet('100.64.0.0', 10, 'ipv4')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')

/** Whether a URL's hostname (IPv6 in brackets) is this machine: localhost, *.localhost, 127.0.0.0/8, ::1. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || isIn(loopback, hostname)
}

/** Whether a URL's hostname is an address of RFC 1918 or RFC 6598, or a unique local one of RFC 4193. Names are not. */
export function isPrivateAddress(hostname: string): boolean {
  return isIn(privateNetworks, hostname)
}

/** Whether a URL's hostname is an address from which nothing leaves this machine or the private network. */
export function isInside(hostname: string): boolean {
  return isLoopback(hostname) || isPrivateAddress(hostname)
}

/** The host to connect to, of a URL's hostname: an IPv6 address without its brackets. */
export const hostOf = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** The same host as a URL names it: an IPv6 address in brackets (RFC 3986 3.2.2). */
export const hostnameOf = (host: string): string => (host.includes(':') ? `[${host}]` : host)

/** Whether a value is an address or a network in CIDR notation; the whole internet (`/0`) is not. */
export function isNetwork(value: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(value) ?? []
  const family = isIP(address)
  if (family === 0 || address.includes('%')) return false
  return prefix === undefined || (Number(prefix) > 0 && Number(prefix) <= (family === 4 ? 32 : 128))
}

function isIn(list: BlockList, hostname: string): boolean {
  const address = hostOf(hostname)
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
