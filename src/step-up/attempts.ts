import { hashOf } from '../store/collection.ts'
import { attemptsWindowMs, type Case, type Records } from './records.ts'

/** How many step-ups may be opened within the window. */
export interface AttemptLimits {
  /** For one user at one client: whoever knows the password could tire the user with challenges. */
  readonly perUser: number
  /** From one address: whoever knows many passwords. */
  readonly perAddress: number
}

export interface Attempts {
  /** Whether another step-up would be one too many. */
  isExhausted(it: Case, address: string): Promise<boolean>
  /** Counts a step-up that was opened. */
  count(it: Case, address: string): Promise<void>
  /** Takes a step-up back out of the count: it was passed, so that nobody was bothered for nothing. */
  forgive(it: Case, address: string): Promise<void>
}

/** @param now epoch milliseconds. */
export function createAttempts(records: Records, now: () => number, limits: AttemptLimits): Attempts {
  const counters = (it: Case, address: string): readonly [key: string, limit: number][] => [
    [hashOf('user', it.user.subject, it.clientId), limits.perUser],
    [hashOf('address', address), limits.perAddress],
  ]
  const isCurrent = (since: number): boolean => now() - since < attemptsWindowMs

  return {
    async isExhausted(it, address) {
      for (const [key, limit] of counters(it, address)) {
        const counter = await records.attempts.get(key)
        if (counter && isCurrent(counter.since) && counter.count >= limit) return true
      }
      return false
    },
    async count(it, address) {
      for (const [key] of counters(it, address)) {
        if (await records.attempts.add(key, { since: now(), count: 1 })) continue
        await records.attempts.update(key, ({ since, count }) =>
          isCurrent(since) ? { since, count: count + 1 } : { since: now(), count: 1 },
        )
      }
    },
    async forgive(it, address) {
      for (const [key] of counters(it, address)) {
        await records.attempts.update(key, ({ since, count }) => ({ since, count: Math.max(0, count - 1) }))
      }
    },
  }
}
