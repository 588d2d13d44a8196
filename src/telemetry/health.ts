import { type FastifyInstance, fastify } from 'fastify'

/**
 * The admin listener: `/livez` answers while the process does, `/readyz` once requests can be served.
 * It answers operators and their orchestrator only; the front door knows neither path.
 *
 * @param warnings what an operator should know besides. A clock that is wrong makes nothing unready: all instances would
 *   go at once, with every sign-in that needs no step-up.
 */
export function createHealthServer(
  state: () => { readonly ready: true } | { readonly ready: false; readonly reason: string },
  warnings: () => readonly string[],
): FastifyInstance {
  const app = fastify({ logger: false, exposeHeadRoutes: true })
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { ready, ...why } = state()
    const known = warnings()
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ok' : 'unavailable', ...why, ...(known.length > 0 && { warnings: known }) })
  })
  return app
}
