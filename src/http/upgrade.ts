import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import { readConnection } from './hop-by-hop.ts'

/** HTTP in other versions, or over TLS: a server may go on as it is (RFC 9110 7.8), and clients expect that. */
const isHttp = (protocol: string): boolean => /^(?:h2c?|http|tls)(?:\/|$)/i.test(protocol)

/**
 * A request to switch the connection to another protocol, such as WebSocket, is not passed on: nothing that is read of
 * HTTP could be read there, and without the switch the request would mean something else to the OP.
 *
 * @throws {Refusal} `unsupported_upgrade`
 */
export function refuseUpgrade({
  headers,
  httpVersion,
}: Pick<IncomingMessage, 'headers' | 'httpVersion'>): void {
  // In HTTP/1.0 the field says nothing.
  if (httpVersion === '1.0' || !readConnection(headers.connection).includes('upgrade')) return
  const protocols = readConnection(headers.upgrade)
  // guard: upgrades
  if (!protocols.every(isHttp)) {
    throw new Refusal('unsupported_upgrade', 'an upgrade to another protocol, such as WebSocket')
  }
}
