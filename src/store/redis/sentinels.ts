import { createClient } from '@redis/client'
import type { RedisSettings, StoreNode, StoreTopology } from '../../config/schema/store-schema.ts'
import { unlessAborted } from '../../unless-aborted.ts'
import { describeConnection, requireAllowed } from './client-options.ts'
import { openClient } from './open-client.ts'

export type Sentinels = Extract<StoreTopology, { readonly kind: 'sentinel' }>

/**
 * The server that takes writes, from the first sentinel that knows it. They are asked whenever a connection is opened
 * ("Guidelines for Redis clients with support for Redis Sentinel"): a failover ends the one before.
 */
export async function findPrimary(
  settings: RedisSettings,
  sentinels: Sentinels,
  signal: AbortSignal,
): Promise<StoreNode> {
  const { name, nodes } = sentinels
  let fault: unknown
  for (const node of nodes) {
    const patience = AbortSignal.timeout(settings.connectTimeout / (nodes.length + 1))
    try {
      const found = await askSentinel(settings, sentinels, node, AbortSignal.any([signal, patience]))
      if (found) return found
      fault = new Error(`the sentinels don't know ${name}`)
    } catch (error) {
      fault = error
    }
  }
  throw fault
}

async function askSentinel(
  settings: RedisSettings,
  { name, ...user }: Sentinels,
  node: StoreNode,
  signal: AbortSignal,
): Promise<StoreNode | undefined> {
  const options = describeConnection(settings, user)
  const sentinel = createClient({ ...options, socket: { ...options.socket, ...node } })
  await openClient(sentinel, signal)
  try {
    const answer = sentinel.sendCommand<unknown>(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])
    const found = await unlessAborted(answer, signal)
    if (!Array.isArray(found)) return undefined
    const [host, port] = found.map(String)
    requireAllowed(settings, `${host}:${port}`)
    return { host: `${host}`, port: Number(port) }
  } finally {
    sentinel.destroy()
  }
}
