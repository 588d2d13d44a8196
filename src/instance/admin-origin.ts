import { hostnameOf } from '../config/schema/network.ts'
import type { Config } from '../config/schema/schema.ts'

/** Where a command beside the gateway reaches its admin listener. */
export function adminOrigin({ host, port }: Config['admin']): string {
  const reached = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host
  return `http://${hostnameOf(reached)}:${port}`
}
