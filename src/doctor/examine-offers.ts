import type { Config } from '../config/schema/schema.ts'
import { findClientDoors } from '../doors/client-doors.ts'
import type { Door, ProviderFacts } from '../doors/doors.ts'
import { findProviderDoors } from '../doors/provider-doors.ts'
import { inspectProvider } from '../provider/inspect-provider.ts'
import { listActiveClients } from './active-clients.ts'
import { type Finding, fine, unknown } from './finding.ts'
import type { Setting } from './setting.ts'
import { toFinding } from './to-finding.ts'

/** Whether the OP offers, by its metadata, what the gateway and the protected clients need. */
export async function examineOffers(
  { config, upstream }: Pick<Setting, 'config' | 'upstream'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const inspected = await inspectProvider(config, upstream, signal)
  if (inspected.kind === 'unusable') return [unknown('the OP does not answer any more')]
  const found = findBreaking(config, inspected.facts)
  return found.length > 0
    ? found.map(toFinding('provider_offer'))
    : [fine('the OP offers what the gateway needs')]
}

function findBreaking(config: Config, facts: ProviderFacts): Door[] {
  const doors = [
    ...findProviderDoors(config, facts),
    ...listActiveClients(config).flatMap((policy) => findClientDoors(policy, facts)),
  ]
  return doors.filter(({ level }) => level === 'breaks')
}
