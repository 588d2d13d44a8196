import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import { fromUpstreamHeaders } from '../http/response-headers.ts'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from './connection.ts'
import type { OpBody } from './exchange.ts'
import { toUpstreamRefusal } from './failure.ts'
import { registerHttpProxy } from './http-proxy-seam.ts'
import { discard, dropAnswer } from './send-answer.ts'
import { frameBody, type UpstreamRequest } from './upstream-request.ts'

/** A request that goes on to the OP, and what was learned of it. */
export interface Forward<Learned> extends UpstreamRequest {
  readonly kind: 'forward'
  readonly learned: Learned
}

/** A request that was answered here: nothing of it reaches the OP. */
export interface Answered {
  readonly kind: 'answered'
}

export const answered: Answered = { kind: 'answered' }

/** The OP's answer to a request; its headers, made fit for the browser, are on the reply already. */
export interface UpstreamResponse<Learned> {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly learned: Learned
  readonly statusCode: number
  readonly body: OpBody
}

export interface Hooks<Learned> {
  /** Decides where a request goes. If it throws, the error is answered. */
  onRequest(request: FastifyRequest, reply: FastifyReply): Promise<Forward<Learned> | Answered>
  /** Sends the answer. If it throws, the OP's answer is dropped and the error is answered. */
  onResponse(response: UpstreamResponse<Learned>): Promise<void>
  /** The OP's answer broke off, and not because the client has gone. */
  onBreakOff(request: FastifyRequest, error: Error): void
}

/** What the proxy needs of the gateway's services. */
export interface ProxyServices {
  readonly config: Pick<Config, 'upstream'>
  readonly upstream: Pick<UpstreamConnection, 'pool' | 'names'>
  readonly cookie: Pick<CookieRules, 'name'>
}

/** Registers the reverse proxy for all paths: what a hook forwards goes to the OP, and the answer to the other hook. */
export function serveProxy<Learned>(
  app: FastifyInstance,
  { config, upstream, cookie }: ProxyServices,
  hooks: Hooks<Learned>,
): void {
  const rules = { names: upstream.names, ownCookies: [cookie.name] }

  async function proxy(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const onward = await hooks.onRequest(request, reply)
    if (onward.kind === 'answered') return
    const { statusCode, headers, body } = await send(request, onward)
    if (!Buffer.isBuffer(body))
      body.once('error', (error) => {
        if (!onward.signal.aborted) hooks.onBreakOff(request, error)
      })
    try {
      // RFC 9110 15: nobody knows what any other status means.
      if (statusCode < 200 || statusCode > 599) throw new Refusal('upstream_unreadable', 'an odd status')
      reply.code(statusCode).headers(fromUpstreamHeaders(headers, rules))
      await hooks.onResponse({ request, reply, learned: onward.learned, statusCode, body })
    } catch (error) {
      discard(body)
      dropAnswer(reply)
      throw error
    }
  }

  async function send(request: FastifyRequest, { target, headers, signal, body }: UpstreamRequest) {
    const framed = await frameBody(request, headers, /* guard: judged-body */ body)
    try {
      const { method, exchange } = request
      return await upstream.pool.request({ method, path: target, signal, purpose: exchange.kind, ...framed })
    } catch (error) {
      throw toUpstreamRefusal(error)
    }
  }

  registerHttpProxy(app, config.upstream.url, (request, reply) => {
    proxy(request, reply).catch((error) => reply.send(error))
  })
}
