import { setTimeout as delay } from 'node:timers/promises'
import { startCluster } from '../lab/redis/cluster.ts'
import { pairName, startWatchedPair } from '../lab/redis/sentinel.ts'
import { type RedisServer, startRedis } from '../lab/redis/server.ts'
import type { Yaml } from '../lab/start-gateway.ts'

/** A store that goes and comes back while people sign in. */
export interface FragileStore {
  /** `store` of the configuration. */
  readonly yaml: Yaml
  go(): Promise<void>
  /** Resolves once it could answer again; absent where nobody has to do anything. */
  comeBack?(): Promise<void>
  /** Where nobody has to do anything: resolves once another server has taken over. */
  healed?(): Promise<void>
  close(): Promise<void>
}

/** How a store may go. */
export const ways = {
  'one server, killed and started again': async (): Promise<FragileStore> => {
    const server = await startRedis()
    return {
      yaml: { url: server.url },
      go: () => server.kill(),
      comeBack: () => server.restart(),
      close: () => server.close(),
    }
  },
  'one server, paused': async (): Promise<FragileStore> => {
    const server = await startRedis()
    return {
      yaml: { url: server.url },
      go: async () => server.freeze(),
      comeBack: async () => server.thaw(),
      close: () => server.close(),
    }
  },
  'a pair with a sentinel, primary killed': async (): Promise<FragileStore> => {
    const pair = await startWatchedPair()
    return {
      yaml: { sentinel: { name: pairName, nodes: [pair.sentinel.url] } },
      go: () => pair.primary.kill(),
      healed: () => becamePrimary(pair.replica),
      close: () => pair.close(),
    }
  },
  'a cluster of three, a primary killed': async (): Promise<FragileStore> => {
    const cluster = await startCluster()
    return {
      yaml: { cluster: cluster.urls },
      go: async () => cluster.primaries.at(-1)?.kill(),
      healed: () => becamePrimary(cluster.replica),
      close: () => cluster.close(),
    }
  },
} as const satisfies Record<string, () => Promise<FragileStore>>

export type Way = keyof typeof ways

async function becamePrimary(server: RedisServer): Promise<void> {
  while (!String(await server.command('ROLE')).startsWith('master')) await delay(20)
}
