import { createClient, createCluster } from '@redis/client'
import type { RedisSettings, StoreNode } from '../../config/schema/store-schema.ts'
import { describeConnection, requireAllowed } from './client-options.ts'
import { openClient } from './open-client.ts'
import { findPrimary } from './sentinels.ts'

/** A connection to all servers that hold the state together. It is used once: a lost one is replaced. */
export interface RedisClient {
  get(key: string): Promise<string | null>
  set(key: string, value: string, options: SetOptions): Promise<string | null>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  /** Ends it; what is under way fails. */
  destroy(): unknown
  on(event: 'error', see: (error: Error) => void): unknown
}

interface SetOptions {
  readonly expiration: { readonly type: 'PX'; readonly value: number }
  readonly condition?: 'NX'
}

/**
 * @param signal gives up; nothing stays open then.
 * @throws the first error of a server or a socket, or the reason of the signal.
 */
export async function connectRedis(settings: RedisSettings, signal: AbortSignal): Promise<RedisClient> {
  const { topology } = settings
  switch (topology.kind) {
    case 'single':
      return connectServer(settings, topology.node, topology.database, signal)
    case 'sentinel': {
      const primary = await findPrimary(settings, topology, signal)
      return connectServer(settings, primary, topology.database, signal)
    }
    case 'cluster':
      return connectCluster(settings, topology.nodes, signal)
  }
}

function connectServer(
  settings: RedisSettings,
  node: StoreNode,
  database: number,
  signal: AbortSignal,
): Promise<RedisClient> {
  const options = describeConnection(settings, settings)
  const socket = { ...options.socket, ...node }
  return openClient(createClient({ ...options, database, socket }), signal)
}

function connectCluster(
  settings: RedisSettings,
  nodes: readonly StoreNode[],
  signal: AbortSignal,
): Promise<RedisClient> {
  // A node that accepts connections and says nothing would be waited for without end when it is asked for the others.
  const socketTimeout = settings.connectTimeout
  const cluster = createCluster({
    rootNodes: nodes.map((node) => ({ socket: { ...node, socketTimeout } })),
    defaults: describeConnection(settings, settings),
    nodeAddressMap: (address) => requireAllowed(settings, address),
  })
  // One node that is gone is the store's outage: a sign-in has keys on all of them.
  cluster.on('node-error', (error) => cluster.emit('error', error))
  return openClient(cluster, signal)
}
