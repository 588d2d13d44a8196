import { waiting } from '../telemetry/request-context.ts'
import type { Asker, UpstreamConnection } from '../upstream/connection.ts'
import { toUpstreamRefusal } from '../upstream/failure.ts'
import type { Pool } from '../upstream/pool.ts'
import type { Instruments } from './instruments.ts'

/** The same pool, each of whose answers is timed to its head. */
export function watchPool(
  pool: Pool,
  asker: Asker,
  { count, observe }: Pick<Instruments, 'count' | 'observe'>,
): Pool {
  return {
    async request(asked) {
      const startedAt = performance.now()
      try {
        const answer = await waiting(() => pool.request(asked))
        observe(
          'step_up_gateway_upstream_duration_seconds',
          { asker },
          (performance.now() - startedAt) / 1000,
        )
        return answer
      } catch (error) {
        // A client that has gone, or a deadline of the gateway's own, says nothing about the OP.
        const isGivenUp = asked.signal?.aborted && asked.signal.reason?.name !== 'TimeoutError'
        if (!isGivenUp)
          count('step_up_gateway_upstream_failures_total', { asker, reason: nameFailure(error) })
        throw error
      }
    },
    destroy: () => pool.destroy(),
  }
}

/** The same connection, whose own answers are waited for to their end. */
export function watchUpstream(upstream: UpstreamConnection): UpstreamConnection {
  return { ...upstream, fetch: (...asked) => waiting(() => upstream.fetch(...asked)) }
}

/** `unreachable`, `timeout` or `unreadable`. */
const nameFailure = (error: unknown): string => toUpstreamRefusal(error).code.replace('upstream_', '')
