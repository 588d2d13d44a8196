import type https from 'node:https'
import { isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buildConnector, type Dispatcher, Pool as Lines } from 'undici'
import type { Config } from '../config/schema/schema.ts'
import { createPrivateLookup } from '../http/private-lookup.ts'
import type { OpAnswer, OpRequest, Patience } from './exchange.ts'
import { type Connect, Line } from './line.ts'
import { receive } from './receive.ts'
import { openUploads } from './upload.ts'

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
 * its own socket), no HTTP/2, no proxy from the environment. undici speaks on them, which is the fastest. A body that
 * streams goes by Node's own client, on a connection of its own: undici would end the client's connection where the OP
 * answers before it has read all.
 *
 * TLS is always verified, against `upstream.tls.ca` or else the roots of Node, and against the host of
 * `upstream.url`. `NODE_TLS_REJECT_UNAUTHORIZED` changes nothing.
 *
 * @param maxHeaderSize of one answer, in bytes.
 * @param upstream its `timeout` is the longest time without a byte: before the headers, and between two of the body.
 */
export function openPool(upstream: Config['upstream'], maxHeaderSize: number): Pool {
  const url = new URL(upstream.url)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const patience: Patience = {
    connectMs: Math.min(upstream.timeout, longestConnectMs),
    silenceMs: upstream.timeout,
  }
  const security: TlsOptions =
    url.protocol === 'https:'
      ? // An IP address is never a server name (RFC 6066, 3); Node then verifies the certificate against the address.
        { ...upstream.tls, rejectUnauthorized: true, servername: isIP(host) ? '' : host }
      : { lookup: createPrivateLookup('upstream.url is plain http') }
  const connect = buildConnector({ ...security, timeout: patience.connectMs } as buildConnector.BuildOptions)
  const lines = new Lines(url.origin, {
    connections,
    factory: (origin, options) => new Line(origin, options, connectTo(connect), patience.silenceMs),
    maxHeaderSize,
    // A line sees to it by itself.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: longestIdleMs,
    keepAliveMaxTimeout: longestIdleMs,
  })
  const uploads = openUploads(url, { ...security, host, port: url.port, maxHeaderSize }, patience)

  return {
    request(asked) {
      const { method, path, headers, body = null, signal } = asked
      if (body instanceof Readable) return uploads.send(asked, body)
      const options = { method, path, headers, body } as Dispatcher.DispatchOptions
      const mayRepeat = /* guard: repeatable-methods */ idempotent.has(method) && body === null
      // Each time one kept connection less is left that was closed.
      const send = (): Promise<OpAnswer> => receive(lines, options, signal, mayRepeat ? send : undefined)
      return send()
    },
    destroy() {
      if (!lines.destroyed) void lines.destroy()
      uploads.destroy()
    },
  }
}

type TlsOptions = https.RequestOptions

/** The name is that of the options: undici would take the Host of a request for it. */
const connectTo =
  (connect: buildConnector.connector): Connect =>
  (options, callback) =>
    connect({ ...options, servername: '' }, callback) as unknown as Socket
