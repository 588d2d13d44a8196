import type { RecordedLine } from '../audit-reading/recorded-line.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { createPolicies, type Policies, passkeysPageName } from '../policy/policies.ts'

/** The policy that a configuration has for what a line is about; undefined for a page that it does not protect. */
export type FindPolicy = (line: Pick<RecordedLine, 'client_id' | 'page'>) => ClientPolicy | undefined

export function createFindPolicy(config: Config, policies: Policies = createPolicies(config)): FindPolicy {
  const pages = new Set(config.protectedPaths.map(({ name }) => name))
  if (config.passkeys) pages.add(passkeysPageName)
  return ({ client_id: clientId, page }) => {
    if (page === undefined) return policies.ofClient(String(clientId))
    return pages.has(page) ? policies.ofCase({ policyIds: [], page }) : undefined
  }
}
