import { setTimeout as delay } from 'node:timers/promises'
import { startTogether } from '../start-together.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from './server.ts'

/** Three primaries of one cluster, each with a third of the slots, and a replica of the last one. */
export interface RedisCluster {
  readonly primaries: readonly RedisServer[]
  readonly replica: RedisServer
  /** As `store.cluster` names them. */
  readonly urls: readonly string[]
  close(): Promise<void>
}

const slots = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
] as const

/** Starts a cluster, and waits until all nodes agree on it. They take a node for gone after a second. */
export async function startCluster(
  options: Pick<RedisServerOptions, 'tls' | 'words'> = {},
): Promise<RedisCluster> {
  return startTogether(async (keep) => {
    const nodes: RedisServer[] = []
    const own = ['--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0']
    const encrypted = options.tls ? ['--tls-cluster', 'yes'] : []
    const words = [...own, ...encrypted, ...(options.words ?? [])]
    for (let at = 0; at <= slots.length; at++)
      nodes.push(keep(await startRedis({ ...options, isNode: true, words })))
    const primaries = nodes.slice(0, slots.length)
    const [first, last, replica] = [nodes[0], nodes.at(-2), nodes.at(-1)]
    if (!first || !last || !replica) throw new Error('a cluster has nodes')
    for (const [at, range] of slots.entries()) await nodes[at]?.command('CLUSTER', 'ADDSLOTSRANGE', ...range)
    for (const { port, bus } of nodes.slice(1))
      await first.command('CLUSTER', 'MEET', '127.0.0.1', `${port}`, `${bus}`)
    for (const node of nodes) await says(node, ['CLUSTER', 'INFO'], `cluster_known_nodes:${nodes.length}`)
    await replica.command('CLUSTER', 'REPLICATE', String(await last.command('CLUSTER', 'MYID')))
    for (const node of nodes) await says(node, ['CLUSTER', 'INFO'], 'cluster_state:ok')
    await says(replica, ['INFO', 'replication'], 'master_link_status:up')
    // A primary elects the replica only once it knows of it.
    for (const node of primaries) await says(node, ['CLUSTER', 'NODES'], ' slave ')
    return { primaries, replica, urls: primaries.map(({ url }) => url) }
  })
}

async function says(node: RedisServer, command: readonly string[], text: string): Promise<void> {
  while (!String(await node.command(...command)).includes(text)) await delay(20)
}
