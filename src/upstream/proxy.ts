import { METHODS } from 'node:http'
import { Readable } from 'node:stream'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { Dispatcher, Pool } from 'undici'
import type { Names } from '../http/public-names.ts'
import { fromUpstreamHeaders } from '../http/response-headers.ts'
import { toUpstreamRefusal } from './failure.ts'
import type { PeekedBody } from './peek-body.ts'

/** The OP's answer; its headers, made fit for the browser, are on the reply already. */
export interface UpstreamResponse {
  readonly statusCode: number
  readonly body: Readable
}

/** True of the OP's own bytes only. */
const ofTheBytes = ['content-length', 'etag', 'content-md5', 'digest', 'content-digest', 'repr-digest']

/** What the proxy asks on the way to the OP and on the way back. */
export interface Journey {
  /** May answer by itself, or throw; then nothing reaches the OP. */
  toUpstream(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  /** Sends the answer. If it throws, the answer is dropped and the error is answered. */
  fromUpstream(request: FastifyRequest, reply: FastifyReply, response: UpstreamResponse): Promise<unknown>
}

export interface ProxyOptions {
  readonly upstreamOrigin: string
  readonly names: Names
  readonly ownCookies: readonly string[]
  readonly pool: Pool
  readonly journey: Journey
}

/** All that Node reads. CONNECT and Upgrade never come as requests. */
const methods = METHODS.filter((method) => method !== 'CONNECT')

/** Carries what the proxy plugin would read once more from the URL, and read differently. */
const forwarding = Symbol('forwarding')

interface Forwarding {
  /** The origin-form target, byte for byte as it was classified. */
  readonly path: string
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** The body that was judged: the plugin would have to understand its type, and writes JSON anew. */
  readonly body: Buffer | undefined
}

type ForwardedHeaders = Dispatcher.RequestOptions['headers'] & { [forwarding]: Forwarding }

/** What the plugin hands to `onResponse`. */
interface RawResponse {
  readonly headers: Record<string, string | string[] | undefined>
  readonly stream: Readable
}

/**
 * Registers the reverse proxy for all paths. The plugin does the streaming; targets, headers and TLS are ours:
 * it would normalise dot segments and double slashes that were judged as they came, and by itself it neither strips
 * forwarding headers nor verifies the OP's certificate.
 */
export function serveProxy(app: FastifyInstance, options: ProxyOptions): void {
  const { journey, pool, upstreamOrigin, names, ownCookies } = options

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    headers: RawResponse['headers'],
    body: Readable,
  ): Promise<void> {
    const { statusCode } = reply
    reply.headers(fromUpstreamHeaders(headers, { names, ownCookies }))
    await journey.fromUpstream(request, reply, { statusCode, body })
  }

  for (const method of methods) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  void app.register(httpProxy, {
    upstream: upstreamOrigin,
    httpMethods: methods as HTTPMethods[],
    undici: { request: sendThrough(pool) } as unknown as Pick<Pool, 'request'>,
    preRewrite: () => '/',
    internalRewriteLocationHeader: false,
    disableRequestLogging: true,
    preHandler: (request, reply, done) => {
      journey.toUpstream(request, reply).then(() => reply.sent || done(), done)
    },
    replyOptions: {
      // The plugin's own habit is to repeat a GET that was answered 503, ten times.
      retryDelay: () => null,
      rewriteRequestHeaders: (request) => toForward(request as FastifyRequest),
      // Headers are copied below, where what can't be read is refused.
      rewriteHeaders: () => ({}),
      onResponse: (request, anyReply, response) => {
        const reply = anyReply as unknown as FastifyReply
        const { headers, stream: body } = response as unknown as RawResponse
        answer(request as FastifyRequest, reply, headers, body).catch((error) => {
          discard(body)
          dropAnswer(reply).send(error)
        })
      },
      onError: (reply, { error }) => {
        reply.send(toUpstreamRefusal(error.cause ?? error))
      },
    },
  })
}

function toForward(request: FastifyRequest): Record<string, string> {
  const { target, upstreamHeaders, gone, body } = request.exchange
  const carried: Forwarding = { path: target.raw, signal: gone, body }
  return { ...upstreamHeaders, [forwarding]: carried } as unknown as Record<string, string>
}

function sendThrough(pool: Pool) {
  return (
    options: Omit<Dispatcher.RequestOptions, 'headers'> & { headers: ForwardedHeaders },
    callback: (error: Error | null, response: Dispatcher.ResponseData) => void,
  ): void => {
    const { path, signal, body } = options.headers[forwarding]
    pool.request(
      { ...options, path, signal, ...(body && { body }), headers: { ...options.headers } },
      callback,
    )
  }
}

/** The cookies that the OP's answer sets, as they go to the browser. */
export function setCookiesOf(reply: FastifyReply): string[] {
  return [reply.getHeader('set-cookie') ?? []].flat().map(String)
}

/** The content coding of the OP's answer. */
export function contentCodingOf(reply: FastifyReply): string | undefined {
  return reply.getHeader('content-encoding')?.toString()
}

/** The type of the OP's answer; commas stand between those of a doubled field. */
export function contentTypeOf(reply: FastifyReply): string | undefined {
  return reply.getHeader('content-type')?.toString()
}

/** Takes back what the OP said of its own bytes, where others are sent. */
export function dropByteHeaders(reply: FastifyReply): void {
  for (const name of ofTheBytes) reply.removeHeader(name)
}

/** Sends bytes framed as the OP framed them: to a buffer Fastify would add a length and a type. */
export function sendBytes(reply: FastifyReply, bytes: Buffer): FastifyReply {
  return reply.send(Readable.from(bytes.length === 0 ? [] : [bytes]))
}

/** Sends a body that was looked into as it came. */
export function sendPeeked(reply: FastifyReply, body: PeekedBody): FastifyReply {
  return body.complete ? sendBytes(reply, body.bytes) : reply.send(body.stream)
}

/** Reads a body to its end for nobody, so that its connection can be used again. */
export function discard(body: Readable): void {
  body.on('error', () => undefined).resume()
}

/** Takes back what the OP said; only its cookies stay. */
export function dropAnswer(reply: FastifyReply): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) {
    if (name !== 'set-cookie') reply.removeHeader(name)
  }
  return reply.header('cache-control', 'no-store')
}
