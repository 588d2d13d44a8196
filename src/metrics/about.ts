import type { Config } from '../config/schema/schema.ts'
import { passkeysPageName } from '../policy/policies.ts'
import type { AboutFields } from '../telemetry/audit-line.ts'

/** By which labels a client or a page goes. */
export interface AboutLabels {
  readonly client_id?: string | undefined
  readonly page?: string | undefined
}

/** What stands for all clients that the configuration does not name: anybody can invent as many as they like. */
export const otherClient = 'other'

/** Names clients and pages by those of the configuration alone. */
export interface Names {
  describe(about: Pick<AboutFields, 'client_id' | 'page'>): AboutLabels
  /** Whether a series with these labels is about a client or page of the configuration, or about none. */
  knows(labels: AboutLabels): boolean
}

export function createNames(config: Pick<Config, 'clients' | 'protectedPaths'>): Names {
  const { clients } = config
  const pages = new Set([passkeysPageName, ...config.protectedPaths.map(({ name }) => name)])
  return {
    describe({ client_id, page }) {
      if (page !== undefined) return { page: pages.has(page) ? page : otherClient }
      if (client_id === undefined) return {}
      return { client_id: /* guard: clients-as-labels */ clients.has(client_id) ? client_id : otherClient }
    },
    knows({ client_id, page }) {
      const isClientKnown = client_id === undefined || client_id === otherClient || clients.has(client_id)
      return isClientKnown && (page === undefined || page === otherClient || pages.has(page))
    },
  }
}
