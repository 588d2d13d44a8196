import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import type { Config } from '../config/schema/schema.ts'
import { createPrivateLookup } from '../http/private-lookup.ts'
import { type OpAnswer, type OpRequest, type Patience, sendRequest } from './exchange.ts'

const connections = 128
const longestConnectMs = 10_000
/** A connection that is kept longer is more often closed by the OP just when it is used again. */
const longestIdleMs = 4000

/** Methods that may be sent once more (RFC 9110 9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/** The connections to the OP. */
export interface Pool {
  /** Resolves with the head of the answer; its body is the caller's to read. */
  request(request: OpRequest): Promise<OpAnswer>
  /** Ends all that is under way, and takes no more. */
  destroy(): void
}

/**
 * The one pool of connections to the OP. One request at a time on each (a response that nobody asked for kills only
 * its own socket), no HTTP/2, no proxy from the environment. Node's own client speaks on them: undici, which is faster,
 * fails at an interim answer `100` that it did not ask for.
 *
 * TLS is always verified, against `upstream.tls.ca` or else the roots of Node, and against the host of
 * `upstream.url`. `NODE_TLS_REJECT_UNAUTHORIZED` changes nothing.
 *
 * @param maxHeaderSize of one answer, in bytes.
 * @param upstream its `timeout` is the longest time without a byte: before the headers, and between two of the body.
 */
export function openPool(upstream: Config['upstream'], maxHeaderSize: number): Pool {
  const url = new URL(upstream.url)
  const { request, Agent } = url.protocol === 'https:' ? https : http
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const connecting = {
    maxSockets: connections,
    // An IP address is never a server name (RFC 6066, 3); Node then verifies the certificate against the address.
    ...(url.protocol === 'https:'
      ? { ...upstream.tls, rejectUnauthorized: true, servername: isIP(host) ? '' : host }
      : { lookup: createPrivateLookup('upstream.url is plain http') }),
  }
  const kept = new Agent({ ...connecting, keepAlive: true, timeout: longestIdleMs })
  const fresh = new Agent(connecting)
  const patience: Patience = {
    connectMs: Math.min(upstream.timeout, longestConnectMs),
    silenceMs: upstream.timeout,
  }
  const underWay = new Set<http.ClientRequest>()
  let isClosed = false

  async function send(
    asked: OpRequest,
    agent: http.Agent,
    onStale?: () => Promise<OpAnswer>,
  ): Promise<OpAnswer> {
    if (isClosed) throw new Error('the pool is closed')
    const { method, path, headers } = asked
    const opened = request({ host, port: url.port, method, path, headers, agent, maxHeaderSize })
    // Node would leave out what comes after the 1000th, without a word.
    opened.maxHeadersCount = 0
    underWay.add(opened)
    opened.once('close', () => underWay.delete(opened))
    return sendRequest(opened, asked, patience, onStale)
  }

  return {
    request(asked) {
      const mayRepeat = /* guard: repeatable-methods */ idempotent.has(asked.method) && !asked.body
      return send(asked, kept, mayRepeat ? () => send(asked, fresh) : undefined)
    },
    destroy() {
      isClosed = true
      for (const opened of underWay) opened.destroy()
      kept.destroy()
      fresh.destroy()
    },
  }
}
