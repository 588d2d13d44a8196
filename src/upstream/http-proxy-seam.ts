import { METHODS } from 'node:http'
import httpProxy from '@fastify/http-proxy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'

/** All methods that Node reads. CONNECT never comes as a request. */
const methods = METHODS.filter((method) => method !== 'CONNECT')

/**
 * Registers @fastify/http-proxy for all paths and methods. The plugin brings the requests and nothing else: it would build
 * the target anew from the URL, drop the body of a GET, repeat what was answered 503, and rewrite headers; what was
 * judged would not be what is sent. It gets nothing to send with.
 *
 * @param handle answers each request, by the reply or by its raw response.
 */
export function registerHttpProxy(
  app: FastifyInstance,
  upstreamOrigin: string,
  handle: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  for (const method of methods) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true })
  }
  void app.register(httpProxy, {
    upstream: upstreamOrigin,
    httpMethods: methods,
    undici: { request: refuseToSend as unknown as Dispatcher['request'] },
    disableRequestLogging: true,
    // Before the plugin works out where it would send a request: it refuses some targets that Node reads.
    preHandler: (request, reply, _done) => handle(request, reply),
    handler: refuseToSend,
  })
}

/** @throws Error always: nothing goes out that was not judged. */
export function refuseToSend(): never {
  // guard: judged-requests-only
  throw new Error('a request that no handler sends')
}
