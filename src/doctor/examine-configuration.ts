import { findGatewayDoors } from '../doors/gateway-doors.ts'
import { type Finding, fine } from './finding.ts'
import type { Setting } from './setting.ts'
import { toFinding } from './to-finding.ts'

/** What shows in the configuration alone. */
export async function examineConfiguration({
  config,
  now,
}: Pick<Setting, 'config' | 'now'>): Promise<Finding[]> {
  const found = findGatewayDoors(config, now()).map(toFinding('configuration'))
  return found.length > 0 ? found : [fine('nothing in it is wrong by itself')]
}
