import { describeStore, storeSchema } from '../../../src/config/schema/store-schema.ts'
import { createRedisStore } from '../../../src/store/redis/redis.ts'
import type { Store } from '../../../src/store/store.ts'
import { startRedis } from './server.ts'

/** A server for the gateways of one world, whose time a test may move on. */
export interface LabStore {
  /** One gateway's store, connected. */
  open(): Promise<Store>
  /** Lets all entries be older by so many milliseconds, for every question that comes after. */
  advance(ms: number): void
  close(): Promise<void>
}

/** The server's clock is that of the machine; what moves is how long each entry has left. */
const advanceScript = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - tonumber(ARGV[1])
  if left > 0 then redis.call('PEXPIRE', key, left) else redis.call('DEL', key) end
end
`

export async function startLabStore(): Promise<LabStore> {
  const server = await startRedis()
  const settings = describeStore(
    storeSchema.parse({ url: server.url, timeout: '30s', connectTimeout: '30s' }),
  )
  let advanced: Promise<unknown> = Promise.resolve()
  const after =
    <A extends unknown[], R>(ask: (...how: A) => Promise<R>) =>
    async (...how: A): Promise<R> => {
      await advanced
      return ask(...how)
    }
  return {
    async open() {
      if (settings === 'memory') throw new Error('it is on a server')
      const store = await new Promise<Store>((resolve) => {
        const opened = createRedisStore(settings, (outage) => outage ?? resolve(opened))
        opened.open?.()
      })
      const { get, set, add, replace, close } = store
      return { get: after(get), set: after(set), add: after(add), replace: after(replace), close }
    },
    advance(ms) {
      advanced = advanced.then(() => server.command('EVAL', advanceScript, '0', `${ms}`))
    },
    close: () => server.close(),
  }
}
