import { hostnameOf } from '../config/schema/network.ts'
import type { RedisSettings, StoreNode } from '../config/schema/store-schema.ts'

/** Where a store is, for operators: no user, no password. */
export function nameStore({ isTls, topology }: Pick<RedisSettings, 'isTls' | 'topology'>): string {
  const scheme = isTls ? 'rediss' : 'redis'
  const name = ({ host, port }: StoreNode) => `${scheme}://${hostnameOf(host)}:${port}`
  switch (topology.kind) {
    case 'single':
      return name(topology.node)
    case 'cluster':
      return `the cluster of ${topology.nodes.map(name).join(', ')}`
    case 'sentinel':
      return `${topology.name}, by the sentinels ${topology.nodes.map(name).join(', ')}`
  }
}
