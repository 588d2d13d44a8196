import type { IncomingMessage } from 'node:http'
import { isInside } from '../config/schema/network.ts'
import type { Config } from '../config/schema/schema.ts'
import { createIsFromProxy, parseAddress } from '../http/client-address.ts'

/**
 * The header in which a proxy names the client, and whether it counts.
 *
 * - `none`: there is no such header, and nobody who should send it.
 * - `believed`: it comes from one of `trustedProxies`.
 * - `missing`: one of `trustedProxies` sends none.
 * - `ignored`: it comes from somebody else.
 */
export interface Forwarding {
  readonly state: 'none' | 'believed' | 'missing' | 'ignored'
  /** The header that is there, or should be. */
  readonly header: string
  /** The other end of the connection. */
  readonly peer: string
}

type Incoming = Pick<IncomingMessage, 'socket' | 'headers'>

/** @returns a function that reads it from a request. */
export function createReadForwarding({
  trustedProxies,
  forwardingHeader,
}: Pick<Config, 'trustedProxies' | 'forwardingHeader'>): (request: Incoming) => Forwarding {
  const isFromProxy = createIsFromProxy(trustedProxies)
  const other = forwardingHeader === 'Forwarded' ? 'X-Forwarded-For' : 'Forwarded'
  return (request) => {
    const { headers, socket } = request
    const has = (name: string): boolean => headers[name.toLowerCase()] !== undefined
    const peer = parseAddress(socket.remoteAddress ?? '') ?? ''
    if (isFromProxy(request))
      return { state: has(forwardingHeader) ? 'believed' : 'missing', header: forwardingHeader, peer }
    const header = [forwardingHeader, other].find(has)
    return header === undefined
      ? { state: 'none', header: forwardingHeader, peer }
      : { state: 'ignored', header, peer }
  }
}

/**
 * A header that is ignored and is likely the work of a proxy in front: strangers write it too, but are on no address of
 * this network.
 *
 * @returns a function that finds it in a request.
 */
export function createFindLikelyProxy(
  settings: Pick<Config, 'trustedProxies' | 'forwardingHeader'>,
): (request: Incoming) => Forwarding | undefined {
  const isFromProxy = createIsFromProxy(settings.trustedProxies)
  const readForwarding = createReadForwarding(settings)
  return (request) => {
    // Every request comes by here: most end at one of these.
    const { headers } = request
    const isNamed = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
    if (!isNamed || isFromProxy(request)) return undefined
    const forwarding = readForwarding(request)
    return isInside(forwarding.peer) ? forwarding : undefined
  }
}

/** For an operator. */
export const adviseOnForwarding = ({ header, peer }: Forwarding): string =>
  `${header} comes from ${peer}, which is not in trustedProxies, and is ignored: all users seem to have that address`
