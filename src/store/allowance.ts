import type { Collection } from './collection.ts'

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
  /** Counts one time; false where it is one too many, and is then not counted. */
  take(key: string, limit: number): Promise<boolean>
  /** Takes one time back out of the count. */
  giveBack(key: string): Promise<void>
}

/** @param now epoch milliseconds. @param windowMs how long a count runs from its first time on. */
export function createAllowance(counts: Collection<Count>, now: () => number, windowMs: number): Allowance {
  const isCurrent = ({ since }: Count): boolean => now() - since < windowMs

  return {
    async isExhausted(key, limit) {
      const current = await counts.get(key)
      return current !== undefined && isCurrent(current) && current.count >= limit
    },
    async take(key, limit) {
      if (await counts.add(key, { since: now(), count: 1 })) return true
      const taken = await counts.update(key, (current) => {
        if (!isCurrent(current)) return { since: now(), count: 1 }
        return current.count < limit ? { ...current, count: current.count + 1 } : undefined
      })
      return taken !== undefined
    },
    async giveBack(key) {
      await counts.update(key, (current) => ({ ...current, count: Math.max(0, current.count - 1) }))
    },
  }
}
