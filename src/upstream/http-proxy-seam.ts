import { AsyncLocalStorage } from 'node:async_hooks'
import { type IncomingHttpHeaders, METHODS } from 'node:http'
import type { Readable } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { OpAnswer, OpRequest } from './exchange.ts'
import type { Pool } from './pool.ts'
import { frameBody, type UpstreamRequest } from './upstream-request.ts'

/** All methods that Node reads. CONNECT never comes as a request. */
const methods = METHODS.filter((method) => method !== 'CONNECT')

/** The result of a request that was sent: one of the two is called, once. */
export interface OnAnswer {
  /** The OP's status is on the reply, none of its headers is. */
  response(headers: IncomingHttpHeaders, body: Readable): void
  error(error: unknown): void
}

/** Sends a request to the OP in place of the client's. */
export type Send = (upstreamRequest: UpstreamRequest, on: OnAnswer) => void

export interface SeamOptions {
  readonly upstreamOrigin: string
  readonly pool: Pick<Pool, 'request'>
  /** Handles each request: sends it, or answers it by itself. */
  handle(request: FastifyRequest, reply: FastifyReply, send: Send): void
}

/**
 * Registers @fastify/http-proxy for all paths and methods, with its habits off that a gateway can't have:
 * - It builds the target anew from the URL, without dot segments and double slashes, and takes the client's headers. What
 *   was judged would not be what is sent, so that target, headers and body are put in at the last moment (`sendCurrent`).
 * - It drops the body of a GET or a HEAD.
 * - It repeats a GET that was answered 503, ten times.
 * - It rewrites Location, and header values that can't be sent on.
 */
export function registerHttpProxy(app: FastifyInstance, { upstreamOrigin, pool, handle }: SeamOptions): void {
  const current = new AsyncLocalStorage<Sending>()
  for (const method of methods) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  void app.register(httpProxy, {
    upstream: upstreamOrigin,
    httpMethods: methods,
    undici: { request: sendCurrent(current, pool) as unknown as Dispatcher['request'] },
    // The plugin refuses some targets that Node reads; it gets one that it likes.
    preRewrite: () => '/',
    disableRequestLogging: true,
    handler: (request, reply) => {
      handle(request, reply, ({ target: path, headers, signal, body }, on) => {
        const sending = { path, signal, ...frameBody(request, headers, /* guard: judged-body */ body) }
        current.run(sending, () => reply.from('/', onlyStream(on)))
      })
    },
  })
}

/** The plugin's part: it streams, and reports the result. Headers go around it, not by its copy. */
function onlyStream(on: OnAnswer): Parameters<FastifyReply['from']>[1] {
  let received: IncomingHttpHeaders = {}
  return {
    retryDelay: () => null,
    rewriteHeaders: (headers) => {
      received = headers
      return {}
    },
    onResponse: (_request, _reply, { stream }) => on.response(received, stream),
    onError: (_reply, { error }) => on.error(error.cause ?? error),
  }
}

type Sending = Omit<OpRequest, 'method'>

type Callback = (error: Error | null, answer?: OpAnswer) => void

/**
 * The request function that the plugin calls before `reply.from` returns: in the context of the request that is being
 * sent, which names what goes out in place of what the plugin made of it.
 *
 * @throws Error outside of any such context: nothing goes out that was not judged.
 */
export function sendCurrent(
  current: AsyncLocalStorage<Sending>,
  pool: Pick<Pool, 'request'>,
): (made: { readonly method: string }, callback: Callback) => void {
  return ({ method }, callback) => {
    const sending = current.getStore()
    // guard: judged-requests-only
    if (!sending) throw new Error('a request that no handler sends')
    pool.request({ method, ...sending }).then((answer) => callback(null, answer), callback)
  }
}
