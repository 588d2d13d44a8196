import type { RedisSettings } from '../../config/schema/store-schema.ts'
import type { Outage, Store } from '../store.ts'
import { connectRedis, type RedisClient } from './connect.ts'
import { createLink, type Pace, usualPace } from './link.ts'

/**
 * Changes when records are no longer read as before: a gateway of another format, in a rolling upgrade, then sees none of
 * them, and no record that it would misread.
 */
const format = 1

const checkTtlMs = 10_000

/** Atomic, as a script is, on one key. Known to all versions since 2.6, unlike `SET … IFEQ`. */
const replaceScript = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
return 0
`

/**
 * The engine for several instances, on Redis from 7.0 or Valkey. Every write is one command on one key, with a time to
 * live that the server counts. Room is bounded by the server's `maxmemory`, not by owners.
 *
 * @param onChange sees that the store is gone, once, and that it answers.
 */
export function createRedisStore(
  settings: RedisSettings,
  onChange: (outage: Outage | undefined) => void,
  pace: Pace = usualPace,
): Store {
  const { connectTimeout, timeout } = settings
  const nameOf = (key: string): string => `${settings.prefix}:${format}:${key}`
  const link = createLink({
    connect: (signal) => connectRedis(settings, signal),
    check: (client) => write(client, nameOf('alive'), '', checkTtlMs),
    connectTimeout,
    timeout,
    onChange,
    pace,
  })

  return {
    open: () => link.open(),
    get outage() {
      return link.outage
    },
    async get(key) {
      return (await link.ask((client) => client.get(nameOf(key)))) ?? undefined
    },
    async set(key, value, ttlMs) {
      await link.ask((client) => write(client, nameOf(key), value, ttlMs))
    },
    async add(key, value, ttlMs) {
      const options = { ...expireIn(ttlMs), condition: 'NX' } as const
      return (await link.ask((client) => client.set(nameOf(key), value, options))) !== null
    },
    async replace(key, expected, value, ttlMs) {
      const parts = { keys: [nameOf(key)], arguments: [expected, value, `${atLeastOne(ttlMs)}`] }
      return (await link.ask((client) => client.eval(replaceScript, parts))) === 1
    },
    close: () => link.close(),
  }
}

/** A replica, a full server and a user without rights refuse it. */
function write(client: RedisClient, name: string, value: string, ttlMs: number): Promise<unknown> {
  return client.set(name, value, expireIn(ttlMs))
}

const expireIn = (ttlMs: number) => ({ expiration: { type: 'PX', value: atLeastOne(ttlMs) } }) as const

/** The server knows no entry that expires at once, such as a proof where none is remembered. */
const atLeastOne = (ms: number): number => Math.max(1, ms)
