import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4 } from 'node:net'
import { remember } from './remembered.ts'

/** The header in which the proxies in front name the client. */
export type ForwardingHeader = 'X-Forwarded-For' | 'Forwarded'

/** Answers the IP address of the client that a request comes from. */
export type FindClientAddress = (request: Pick<IncomingMessage, 'socket' | 'headers'>) => string

/**
 * @param trusted addresses and networks (CIDR).
 * @returns a function that says whether the other end of the connection is one of them.
 */
export function createIsFromProxy(
  trusted: readonly string[],
): (request: Pick<IncomingMessage, 'socket'>) => boolean {
  const isTrusted = createIsTrusted(trusted)
  // A connection has many requests, and its other end stays who it is.
  const known = new WeakMap<IncomingMessage['socket'], boolean>()
  return ({ socket }) => {
    const found = known.get(socket) ?? isTrusted(addressOf(socket))
    known.set(socket, found)
    return found
  }
}

/**
 * @param trusted addresses and networks (CIDR) whose header is believed.
 * @param header the one header that they write; the other could be the client's own.
 * @returns a function that follows the hops from the socket backwards: as far as one of them is trusted, the hop before
 *   it counts. A hop that is no address ends the way, and the nearest address that is known stands for the client.
 */
export function createFindClientAddress(
  trusted: readonly string[],
  header: ForwardingHeader = 'X-Forwarded-For',
): FindClientAddress {
  const isTrusted = createIsTrusted(trusted)
  const readHops = header === 'Forwarded' ? readForwarded : readForwardedFor
  const name = header === 'Forwarded' ? 'forwarded' : 'x-forwarded-for'
  return ({ socket, headers }) => {
    let address = addressOf(socket)
    if (!isTrusted(address)) return address
    for (const hop of readHops([headers[name] ?? []].flat().join(',')).reverse()) {
      const before = hop === undefined ? undefined : parseAddress(hop)
      if (before === undefined) return address
      address = before
      if (!isTrusted(address)) return address
    }
    return address
  }
}

const addressOf = ({ remoteAddress = '' }: IncomingMessage['socket']): string => readPeer(remoteAddress)

/** The other end of a connection says the same for all of its requests. */
const readPeer = remember((text) => parseAddress(text) ?? '')

/**
 * An IP address in its one form (RFC 5952), without port, brackets and zone; IPv4 in dots where it came in IPv6 notation.
 *
 * @returns undefined if the text is no address.
 */
export function parseAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d{1,5})?$/, '$1')
    .replace(/^([\d.]+):\d{1,5}$/, '$1')
    .replace(/%.*$/, '')
  const family = isIP(bare)
  if (family !== 6) return family === 4 ? bare : undefined
  const address = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  return [high, low]
    .flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff])
    .join('.')
}

function createIsTrusted(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => false
  const list = toBlockList(networks)
  return (address) => address !== '' && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

const readForwardedFor = (value: string): (string | undefined)[] => (value === '' ? [] : value.split(','))

/** The `for` of each element (RFC 7239 4); undefined for an element without one that can be read. */
function readForwarded(value: string): (string | undefined)[] {
  if (value === '') return []
  const elements = value.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? [value]
  return elements.map((element) => {
    const nodes = Array.from(
      element.matchAll(/(?:^|;)\s*for=("?)([^";,\s]*)\1\s*(?=;|$)/gi),
      ([, , node]) => node,
    )
    return nodes.length === 1 ? nodes[0] : undefined
  })
}
