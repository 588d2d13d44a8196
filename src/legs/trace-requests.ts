import { AsyncResource } from 'node:async_hooks'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Beginning, notedConcern, runRequest } from '../telemetry/request-context.ts'
import type { Attributes, Tracing } from '../tracing/tracing.ts'

interface TraceParts {
  readonly tracing: Tracing
  /** Milliseconds. */
  readonly now: () => number
  readonly see: Beginning['see']
  readonly isFromProxy: (request: IncomingMessage) => boolean
}

/** Runs each request in a span of its own, whose trace id is on all of its log lines. */
export function traceRequests(app: FastifyInstance, { tracing, now, see, isFromProxy }: TraceParts): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { id: supportId, method, headers, raw } = request
    const span = tracing.openRequest({ supportId, method, headers, isTrusted: isFromProxy(raw) })
    const { traceId } = span
    const end = (): void => span.end(nameOf(request), describe(request, reply))
    span.run(() =>
      runRequest({ supportId, traceId, now, see }, () => {
        // What was noted of the request is known in here only.
        reply.raw.once('close', AsyncResource.bind(end))
        done()
      }),
    )
  })
}

/** Of few values: the path as it was sent may hold ids and secrets. What can't be read has none. */
const nameOf = (request: FastifyRequest): string =>
  [request.method, findRoute(request) ?? request.exchange?.kind].filter(Boolean).join(' ')

/** Of the gateway's own pages; what is for the OP has one for all. */
function findRoute({ routeOptions: { url } }: FastifyRequest): string | undefined {
  return url?.endsWith('*') ? undefined : url
}

function describe(request: FastifyRequest, { raw }: FastifyReply): Attributes {
  const { clientId, page, policy, leg } = notedConcern()
  return {
    'http.route': findRoute(request),
    'step_up.endpoint': request.exchange?.kind,
    'http.response.status_code': raw.headersSent ? raw.statusCode : undefined,
    'step_up.client_id': clientId,
    'step_up.page': page,
    'step_up.mode': policy?.mode,
    'step_up.leg': leg,
    'step_up.broken_off': raw.writableFinished ? undefined : true,
  }
}
