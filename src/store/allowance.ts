import type { Collection } from './collection.ts'
import type { Owner } from './store.ts'

/** How often something was done since a time. */
export interface Count {
  /** Epoch milliseconds. */
  readonly since: number
  readonly count: number
}

/** So many times within a window, by key. */
export interface Allowance {
  /** Whether the next time would be one too many. */
  isExhausted(key: string, limit: number): Promise<boolean>
  /** Counts one time; false where it is one too many, and is then not counted. @param owner whose doing it is. */
  take(key: string, limit: number, owner?: Owner): Promise<boolean>
  /** Takes one time back out of the count. */
  giveBack(key: string): Promise<void>
}

/**
 * @param now epoch milliseconds. A count that a clock set back leaves in the future runs from now on: it is neither
 * forgotten nor kept for longer than any other.
 * @param windowMs how long a count runs from its first time on.
 */
export function createAllowance(counts: Collection<Count>, now: () => number, windowMs: number): Allowance {
  /** The count as it stands, or undefined where its window is over. */
  function current({ since, count }: Count): Count | undefined {
    const at = now()
    return at - since < windowMs
      ? { /* guard: clock-set-back */ since: Math.min(since, at), count }
      : undefined
  }

  return {
    async isExhausted(key, limit) {
      const found = await counts.get(key)
      return found !== undefined && (current(found)?.count ?? 0) >= limit
    },
    async take(key, limit, owner) {
      if (await counts.add(key, { since: now(), count: 1 }, owner)) return true
      const taken = await counts.update(key, (found) => {
        const { since, count } = current(found) ?? { since: now(), count: 0 }
        return /* guard: allowance-limit */ count < limit ? { since, count: count + 1 } : undefined
      })
      return taken !== undefined
    },
    async giveBack(key) {
      await counts.update(key, (found) => ({ ...found, count: Math.max(0, found.count - 1) }))
    },
  }
}
