import { isDeepStrictEqual } from 'node:util'
import type { Store } from './store.ts'

/** A store that somebody uses. */
export interface BorrowedStore {
  readonly store: Store
  /** Closes it, unless somebody else still uses it. */
  giveBack(): Promise<void>
}

/**
 * Opens each store once for all who use it with the same settings at one time: while a configuration takes the place of
 * another, what one wrote the other reads.
 */
export function createBorrowedStores<Settings>(
  create: (settings: Settings) => Promise<Store>,
): (settings: Settings) => Promise<BorrowedStore> {
  const known = new Set<{ readonly settings: Settings; readonly store: Promise<Store>; users: number }>()
  return async (settings) => {
    const found = [...known].find((one) => isDeepStrictEqual(one.settings, settings))
    const entry = found ?? { settings, store: create(settings), users: 0 }
    known.add(entry)
    entry.users += 1
    const store = await entry.store
    return {
      store,
      async giveBack() {
        entry.users -= 1
        if (entry.users > 0) return
        known.delete(entry)
        await store.close()
      },
    }
  }
}
