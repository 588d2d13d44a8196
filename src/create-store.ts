import type { StoreSettings } from './config/schema/store-schema.ts'
import { boundRecords } from './records/record-bounds.ts'
import { createMemoryStore } from './store/memory.ts'
import { nameStore } from './store/name-store.ts'
import type { Store } from './store/store.ts'
import type { Log } from './telemetry/log.ts'
import { logStore } from './telemetry/log-store.ts'

/**
 * The engine that the configuration names. Nothing is opened yet; the client for Redis, which is half of all modules, is
 * loaded only where it is used.
 *
 * @param heapBytes the limit of the heap, of which the engine in memory takes a part.
 * @param now epoch milliseconds, for the engine in memory; a server counts by its own clock.
 */
export async function createStore(
  settings: StoreSettings,
  log: Log,
  now: () => number,
  heapBytes: number,
): Promise<Store> {
  if (settings === 'memory') return createMemoryStore(now, undefined, boundRecords(heapBytes))
  const { createRedisStore } = await import('./store/redis/redis.ts')
  return createRedisStore(settings, logStore(log, nameStore(settings)))
}
