import { type FastifyInstance, fastify } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { noSchemas } from '../no-schemas.ts'
import type { Health } from './health.ts'
import { serveHealth } from './serve-health.ts'
import { type Scrape, serveMetrics } from './serve-metrics.ts'

/** Where operators and their orchestrator connect. The public listener knows none of these paths. */
export interface AdminListeners {
  /** @throws the error of the system if an address can't be used. */
  listen(): Promise<void>
  close(): Promise<void>
}

/** What the listeners have to show besides health. */
export interface AdminServices {
  readonly scrape: Scrape
  /** Adds what only operators may see and do. */
  serveOperators(app: FastifyInstance): void
}

/**
 * `admin` has all that operators may see and do, and is on loopback unless they say otherwise; `monitoring`, if it is
 * configured, has what an orchestrator and Prometheus need, and can be open to them.
 *
 * @param serveOperators adds what only `admin` has.
 */
export function createAdminListeners(
  { admin, monitoring }: Pick<Config, 'admin' | 'monitoring'>,
  health: () => Health,
  { scrape, serveOperators }: AdminServices,
): AdminListeners {
  const forOperators = createListener(health, scrape, false)
  serveOperators(forOperators)
  const listeners = [{ app: forOperators, at: admin }]
  if (monitoring) listeners.push({ app: createListener(health, scrape, true), at: monitoring })
  return {
    async listen() {
      // Fastify writes into what it gets.
      for (const { app, at } of listeners) await app.listen({ ...at })
    },
    async close() {
      await Promise.all(listeners.map(({ app }) => app.close()))
    },
  }
}

function createListener(health: () => Health, scrape: Scrape, isBrief: boolean): FastifyInstance {
  // Nobody who sends or reads slowly keeps the gateway from its end.
  const app = fastify({
    logger: false,
    exposeHeadRoutes: true,
    forceCloseConnections: true,
    schemaController: noSchemas,
  })
  serveHealth(app, health, isBrief)
  serveMetrics(app, scrape)
  return app
}
