import { isIP } from 'node:net'
import { buildConnector, Pool } from 'undici'
import type { Config } from '../config/schema/schema.ts'
import { createPrivateLookup } from './private-lookup.ts'

const connections = 128
const longestConnectMs = 10_000

/**
 * The one pool of connections to the OP. One request at a time on each (a response that nobody asked for kills only
 * its own socket), no retries, no HTTP/2, no proxy from the environment.
 *
 * TLS is always verified, against `upstream.tls.ca` or else the roots of Node, and against the host of
 * `upstream.url`. `NODE_TLS_REJECT_UNAUTHORIZED` changes nothing.
 *
 * @param maxHeaderSize of one answer, in bytes.
 * @param upstream its `timeout` is the longest time without a byte: before the headers, and between two of the body.
 */
export function openPool(upstream: Config['upstream'], maxHeaderSize: number): Pool {
  const { origin } = new URL(upstream.url)
  return new Pool(origin, {
    connections,
    pipelining: 1,
    maxHeaderSize,
    headersTimeout: upstream.timeout,
    bodyTimeout: upstream.timeout,
    connect: connectTo(new URL(origin), upstream),
  })
}

/**
 * undici would verify the certificate against the Host header of the request, which is the public host here. The
 * address that we connect to is the one that has to prove itself.
 */
function connectTo(url: URL, upstream: Config['upstream']): buildConnector.connector {
  const connect = buildConnector({
    ...upstream.tls,
    ...(url.protocol === 'http:' && { lookup: createPrivateLookup() }),
    rejectUnauthorized: true,
    timeout: Math.min(upstream.timeout, longestConnectMs),
  })
  // An IP address is never a server name (RFC 6066, 3); Node then verifies the certificate against the address.
  const isAddress = isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0
  const servername = isAddress ? '' : url.hostname
  return (options, callback) => connect({ ...options, host: url.host, servername }, callback)
}
