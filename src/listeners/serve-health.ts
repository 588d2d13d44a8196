import type { FastifyInstance } from 'fastify'
import type { Health, Parts } from './health.ts'

/**
 * What an orchestrator asks: `/livez` answers while the process does, `/startupz` once requests were served for the first
 * time, `/readyz` while they should come here.
 *
 * @param isBrief names only the parts and how they do: what is likely wrong is for operators.
 */
export function serveHealth(app: FastifyInstance, health: () => Health, isBrief: boolean): void {
  let hasStarted = false

  /** Noted each time, so that the start is seen whichever path is asked for; an end does not undo it. */
  function look(): Health {
    const found = health()
    hasStarted ||= Object.values(found.parts).every((part) => part.status !== 'unavailable')
    return found
  }

  app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/startupz', async (_request, reply) => {
    const { status, reason } = look()
    if (hasStarted) return { status: 'ok' }
    return reply.code(503).send({ status, ...(!isBrief && { reason }) })
  })
  app.get('/readyz', async (_request, reply) => {
    const found = look()
    return reply.code(found.status === 'ok' ? 200 : 503).send(isBrief ? shorten(found) : found)
  })
}

function shorten({ status, parts }: Health): { status: Health['status']; parts: Record<string, string> } {
  const entries = Object.entries(parts satisfies Parts).map(([name, part]) => [name, part.status])
  return { status, parts: Object.fromEntries(entries) }
}
