import type { HeaderFields } from '../http/exchange.ts'
import type { TraceHeaders, Tracing } from '../tracing/tracing.ts'
import type { OpAnswer, OpRequest } from './exchange.ts'
import { nameFailure } from './failure.ts'
import type { Pool } from './pool.ts'

/**
 * The same pool, each of whose requests is a span until the head of its answer, and carries its trace on. Without
 * tracing it is the pool itself.
 *
 * @param url of the OP.
 */
export function tracePool(pool: Pool, url: string, tracing: Tracing | undefined): Pool {
  if (!tracing) return pool
  const { hostname, port, protocol } = new URL(url)
  const server = {
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
  }

  async function request(asked: OpRequest): Promise<OpAnswer> {
    const { method, purpose, headers } = asked
    const span = tracing?.openCall(`${method} ${purpose}`, { 'http.request.method': method, ...server })
    try {
      const answer = await pool.request({ ...asked, headers: carryOn(headers, span?.headers) })
      span?.end({ 'http.response.status_code': answer.statusCode })
      return answer
    } catch (error) {
      span?.end({ 'error.type': nameFailure(error) })
      throw error
    }
  }

  return { request, destroy: () => pool.destroy() }
}

/** The span of the gateway takes the place of the one that the client named. */
function carryOn(headers: HeaderFields, trace: TraceHeaders | undefined): HeaderFields {
  if (trace === undefined) return headers
  const { traceparent: _parent, tracestate: _state, ...others } = headers
  return { ...others, ...trace }
}
