import { lookup } from 'node:dns/promises'
import http, { type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Config } from '../config/schema/schema.ts'
import { createClientErrorHandler } from '../http/client-error.ts'
import type { Log } from '../telemetry/log.ts'
import { writeLine } from '../telemetry/log-lines.ts'

/** Longer than the idle time of load balancers, which would else use a connection just when it is closed. */
const keepAliveTimeoutMs = 72_000

/** For one request with its body. */
const requestTimeoutMs = 300_000

/** `lookup` of node:dns/promises, as far as it is used. */
type LookUp = (host: string, options: { all: true }) => Promise<readonly { readonly address: string }[]>

/** Where browsers and clients connect. */
export interface PublicListener {
  /** @throws the error of the system if the address can't be used. */
  listen(): Promise<void>
  /** Takes over what can change while it listens: the certificate, and how long a connection may be silent. */
  renew(config: Pick<Config, 'listen' | 'upstream'>): void
  /** Accepts no more connections, and closes each once it has nothing under way. Resolves when none is left. */
  close(): Promise<void>
  /** Ends all connections, whatever is under way. */
  cut(): void
}

/** @param handle answers each request. @param lookUp finds the addresses of `localhost`. */
export function createPublicListener(
  config: Pick<Config, 'listen' | 'maxHeaderSize' | 'upstream'>,
  log: Log,
  handle: RequestListener,
  lookUp: LookUp = lookup,
): PublicListener {
  const { maxHeaderSize, listen } = config
  const servers: (http.Server | https.Server)[] = []
  const underWay = new Set<ServerResponse>()
  const onClientError = createClientErrorHandler(
    (refused) => writeLine(log, 'refused', { code: 'unreadable_request', leg: 'request', ...refused }),
    maxHeaderSize,
  )

  function createServer(): http.Server | https.Server {
    const server = listen.tls
      ? https.createServer({ ...listen.tls, maxHeaderSize })
      : http.createServer({ maxHeaderSize })
    server.keepAliveTimeout = keepAliveTimeoutMs
    server.requestTimeout = requestTimeoutMs
    server.timeout = silenceMs(config)
    server.on('request', (_request, response: ServerResponse) => {
      underWay.add(response)
      const stopWatching = endWithConnection(response)
      response.once('close', () => {
        underWay.delete(response)
        stopWatching()
      })
    })
    return server.on('request', handle).on('clientError', onClientError)
  }

  /** @returns the port. */
  async function open(host: string, port: number): Promise<number> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    servers.push(server)
    const bound = server.address() as AddressInfo
    writeLine(log, 'listening', { address: describeAddress(bound, listen.tls !== undefined) })
    return bound.port
  }

  return {
    async listen() {
      const [first, ...others] = await findAddresses(listen.host, lookUp)
      const port = await open(first, listen.port)
      // A machine without IPv6 still has the name ::1 for itself.
      for (const host of others) await open(host, port).catch(() => undefined)
    },
    renew(next) {
      for (const server of servers) {
        server.timeout = silenceMs(next)
        if (next.listen.tls && server instanceof https.Server) server.setSecureContext(next.listen.tls)
      }
    },
    async close() {
      for (const response of underWay) endConnectionWith(response)
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
    cut() {
      for (const server of servers) server.closeAllConnections()
    },
  }
}

/**
 * Node ends only the response whose turn it is on a connection that goes. Others that were asked for there (pipelining)
 * would be under way for good, with all that waits for their end.
 *
 * @returns what is to be called once it has ended.
 */
function endWithConnection(response: ServerResponse): () => void {
  const { socket } = response.req
  // As many may wait as fit into what is read at once.
  socket.setMaxListeners(0)
  const onGone = (): void => {
    if (response.socket !== null) return
    response.destroy()
    response.emit('close')
  }
  socket.once('close', onGone)
  return () => socket.off('close', onGone)
}

/** Node would keep it for another request. */
function endConnectionWith(response: ServerResponse): void {
  response.shouldKeepAlive = false
  // What has begun has said already that it is kept.
  response.once('close', () => response.req.socket.destroySoon())
}

/** The OP may be silent for its timeout, and the answer that says so is still sent. */
const silenceMs = ({ upstream }: Pick<Config, 'upstream'>): number => upstream.timeout + 30_000

/** `localhost` is all addresses that this machine has for it; a name without one is an error of the lookup. */
async function findAddresses(host: string, lookUp: LookUp): Promise<[string, ...string[]]> {
  if (host !== 'localhost') return [host]
  const found = await lookUp(host, { all: true })
  return found.map(({ address }) => address) as [string, ...string[]]
}

/** An origin, as the log names it. */
export function describeAddress({ address, family, port }: AddressInfo, isTls: boolean): string {
  return `http${isTls ? 's' : ''}://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
