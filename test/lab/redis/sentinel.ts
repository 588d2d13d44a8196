import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTogether } from '../start-together.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from './server.ts'

/** One sentinel that watches a primary and its replica. */
export interface WatchedPair {
  readonly primary: RedisServer
  readonly replica: RedisServer
  readonly sentinel: RedisServer
  close(): Promise<void>
}

/** The name by which the sentinel knows them. */
export const pairName = 'step-up'

/** Starts them, and waits until the sentinel knows both. It takes a primary for gone after a second. */
export async function startWatchedPair(
  options: Pick<RedisServerOptions, 'tls' | 'words'> = {},
): Promise<WatchedPair> {
  const start = (...words: string[]) =>
    startRedis({ ...options, words: [...words, ...(options.words ?? [])] })
  return startTogether(async (keep) => {
    const primary = keep(await start('--repl-diskless-sync-delay', '0'))
    const replica = keep(await start('--replicaof', '127.0.0.1', `${primary.port}`))
    while (!String(await replica.command('INFO', 'replication')).includes('master_link_status:up'))
      await delay(20)
    const folder = await mkdtemp(join(tmpdir(), 'step-up-sentinel-'))
    keep({ close: () => rm(folder, { recursive: true }) })
    const file = join(folder, 'sentinel.conf')
    const watch = [
      `sentinel monitor ${pairName} 127.0.0.1 ${primary.port} 1`,
      `sentinel down-after-milliseconds ${pairName} 1000`,
    ]
    await writeFile(file, `${watch.join('\n')}\n`)
    const sentinel = keep(await startRedis({ ...options, sentinel: file }))
    while (
      !JSON.stringify(await sentinel.command('SENTINEL', 'REPLICAS', pairName)).includes(`${replica.port}`)
    )
      await delay(20)
    return { primary, replica, sentinel }
  })
}
