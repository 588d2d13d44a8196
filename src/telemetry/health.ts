import { type FastifyInstance, fastify } from 'fastify'

/**
 * The admin listener: `/livez` answers while the process does, `/readyz` once requests can be served.
 * It answers operators and their orchestrator only; the front door knows neither path.
 */
export function createHealthServer(
  state: () => { readonly ready: true } | { readonly ready: false; readonly reason: string },
): FastifyInstance {
  const app = fastify({ logger: false, exposeHeadRoutes: true })
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { ready, ...why } = state()
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', ...why })
  })
  return app
}
