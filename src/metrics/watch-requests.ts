import type { FastifyInstance, FastifyRequest } from 'fastify'
import { measureShare } from '../telemetry/request-context.ts'
import type { Instruments } from './instruments.ts'

/**
 * Counts each answer, and measures the gateway's own share of those at guarded endpoints. Comes after what reads requests.
 *
 * @returns what ends the share of a request whose answer Fastify doesn't send: the OP's.
 */
export function watchRequests(
  app: FastifyInstance,
  { count, observe }: Pick<Instruments, 'count' | 'observe'>,
): (request: FastifyRequest) => void {
  const shares = new WeakMap<FastifyRequest, () => number>()

  function end(request: FastifyRequest): void {
    const measure = shares.get(request)
    if (!measure) return
    shares.delete(request)
    observe(
      'step_up_gateway_own_duration_seconds',
      { endpoint: request.exchange.kind },
      Math.max(0, measure()) / 1000,
    )
  }

  app.addHook('onRequest', (request, _reply, done) => {
    if (request.exchange.kind !== 'open') shares.set(request, measureShare())
    done()
  })
  app.addHook('onSend', (request, _reply, payload, done) => {
    end(request)
    done(null, payload)
  })
  app.addHook('onResponse', ({ exchange }: Partial<Pick<FastifyRequest, 'exchange'>>, { raw }, done) => {
    const labels = { endpoint: exchange?.kind ?? 'none', status: classOf(raw.statusCode) }
    count('step_up_gateway_http_responses_total', labels)
    done()
  })
  return end
}

const classOf = (status: number): string => `${Math.floor(status / 100)}xx`
