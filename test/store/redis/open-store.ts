import type { Test } from 'tap'
import { describeStore, type RedisSettings, storeSchema } from '../../../src/config/schema/store-schema.ts'
import type { Pace } from '../../../src/store/redis/link.ts'
import { createRedisStore } from '../../../src/store/redis/redis.ts'
import type { Outage, Store } from '../../../src/store/store.ts'

/** A store, and when it changes. */
export interface WatchedStore extends Store {
  /** Every change so far, as it came: why it is gone, or that it answers. */
  readonly changes: readonly string[]
  /** Resolves as soon as it says this, once more than before. */
  says(change: string | RegExp): Promise<void>
}

export const answers = 'it answers'

/** So quick that a test sees each step soon. */
const quick: Pace = { firstRetry: 5, longestRetry: 20, check: 20 }

/** What the configuration would hold, complete. */
export function settingsOf(store: unknown): RedisSettings {
  const settings = describeStore(storeSchema.parse(store))
  if (settings === 'memory') throw new Error('this is about servers')
  return settings
}

/** An open store, until the test ends. */
export function openStore(t: Test, settings: RedisSettings, pace: Pace = quick): WatchedStore {
  const changes: string[] = []
  let seen = 0
  let wake = () => {}
  const store = createRedisStore(
    settings,
    (outage?: Outage) => {
      changes.push(outage?.reason ?? answers)
      wake()
    },
    pace,
  )
  t.teardown(() => store.close())
  store.open?.()
  return Object.assign(store, {
    changes,
    async says(change: string | RegExp) {
      for (;;) {
        const at = changes.findIndex(
          (said, index) =>
            index >= seen && (typeof change === 'string' ? said === change : change.test(said)),
        )
        seen = at === -1 ? changes.length : at + 1
        if (at !== -1) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  })
}
