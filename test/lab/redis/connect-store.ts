import { describeStore, storeSchema } from '../../../src/config/schema/store-schema.ts'
import { createRedisStore } from '../../../src/store/redis/redis.ts'
import type { Store } from '../../../src/store/store.ts'

/** A store on a server, connected; one without faults, and so with patience. @throws Error why it can't be reached */
export function connectStore(url: string): Promise<Store> {
  return new Promise((resolve, reject) => {
    const settings = describeStore(storeSchema.parse({ url, timeout: '30s' }))
    if (settings === 'memory') return reject(new Error('it is on a server'))
    const store = createRedisStore(settings, (outage) =>
      outage ? reject(new Error(outage.reason)) : resolve(store),
    )
    store.open?.()
  })
}
