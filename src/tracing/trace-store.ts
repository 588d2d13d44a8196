import { performance } from 'node:perf_hooks'
import type { Store } from '../store/store.ts'
import type { Tracing } from './tracing.ts'

/** The same store, whose uses are counted in the trace of the request that makes them. */
export function traceStore(store: Store, tracing: Pick<Tracing, 'countStoreUse'>): Store {
  async function count<T>(operation: string, key: string, use: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    let hasFailed = true
    try {
      const answer = await use()
      hasFailed = false
      return answer
    } finally {
      const ms = performance.now() - startedAt
      // Behind the colon is what the record is found by.
      const [collection = ''] = key.split(':', 1)
      tracing.countStoreUse({ operation, collection, ms, hasFailed })
    }
  }

  return {
    ...store,
    get outage() {
      return store.outage
    },
    get: (key) => count('get', key, () => store.get(key)),
    set: (key, ...entry) => count('set', key, () => store.set(key, ...entry)),
    add: (key, ...entry) => count('add', key, () => store.add(key, ...entry)),
    replace: (key, ...entry) => count('replace', key, () => store.replace(key, ...entry)),
  }
}
