import { isIP } from 'node:net'
import { version } from 'node:process'
import type { FastifyInstance } from 'fastify'
import { versionOf } from '../config/config-version.ts'
import { readPackageVersion } from '../config/package-version.ts'
import { hostOf, isLoopback } from '../config/schema/network.ts'
import type { Config } from '../config/schema/schema.ts'
import type { Health } from '../listeners/health.ts'
import { listProtections } from './protections.ts'
import type { Recent } from './recent.ts'
import { drawStatus } from './status-page.ts'

/** What is to be seen of a gateway that runs. */
export interface Operated {
  readonly config: Config
  readonly health: Health
  readonly recent: Recent
  /** Epoch milliseconds. */
  readonly now: number
  readonly startedAt: number
  /** Since when the configuration is in effect. */
  readonly loadedAt: number
}

/** `GET /` on the admin listener: a page on this gateway for its operators. */
export function serveStatus(app: FastifyInstance, look: () => Operated): void {
  app.get('/', async (request, reply) => {
    const { config, health, recent, now, startedAt, loadedAt } = look()
    // guard: status-host
    if (!isOwnHost(request.headers.host, config.admin.host)) {
      return reply.code(403).type('text/plain').send(wrongHost)
    }
    const versions = {
      gateway: readPackageVersion(),
      node: version,
      config: versionOf(config),
      startedAt,
      loadedAt,
    }
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "frame-ancestors 'none'")
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .send(
        drawStatus({
          publicUrl: config.publicUrl,
          now,
          health,
          recent,
          protections: listProtections(config),
          versions,
        }),
      )
  })
}

const wrongHost =
  'This page opens under localhost, an IP address or the name in admin.host only: a name of a stranger could lead here.\n'

/**
 * A page of a stranger whose name leads here (DNS rebinding) could read what its own origin answers; nobody can have an
 * address, or a name of loopback, lead elsewhere.
 */
function isOwnHost(host: string | undefined, adminHost: string): boolean {
  const url = `http://${host}`
  if (!URL.canParse(url)) return false
  const { hostname } = new URL(url)
  return isIP(hostOf(hostname)) !== 0 || isLoopback(hostname) || hostname === adminHost.toLowerCase()
}
