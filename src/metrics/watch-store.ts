import type { Store } from '../store/store.ts'
import { waiting } from '../telemetry/request-context.ts'
import type { Instruments } from './instruments.ts'

/** The same store, each of whose answers is timed. */
export function watchStore(store: Store, { count, observe }: Pick<Instruments, 'count' | 'observe'>): Store {
  async function ask<T>(operation: string, run: () => Promise<T>): Promise<T> {
    const startedAt = performance.now()
    try {
      const answer = await waiting(run)
      observe('step_up_gateway_store_duration_seconds', { operation }, (performance.now() - startedAt) / 1000)
      return answer
    } catch (error) {
      count('step_up_gateway_store_failures_total', { operation })
      throw error
    }
  }

  return {
    open: async () => store.open?.(),
    get outage() {
      return store.outage
    },
    get rooms() {
      return store.rooms
    },
    get: (key) => ask('get', () => store.get(key)),
    set: (...entry) => ask('set', () => store.set(...entry)),
    add: (...entry) => ask('add', () => store.add(...entry)),
    replace: (...entry) => ask('replace', () => store.replace(...entry)),
    close: () => store.close(),
  }
}
