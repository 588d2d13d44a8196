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
  /** Counts a step-up that is to be opened; false where it is one too many, as others were opened meanwhile. */
  count(it: Case, address: string): Promise<boolean>
  /** Takes a step-up back out of the count: it was passed, so that nobody was bothered for nothing. */
  forgive(it: Case, address: string): Promise<void>
}

/** @param now epoch milliseconds. */
export function createAttempts(records: Records, now: () => number, limits: AttemptLimits): Attempts {
  // By policy: the client_id of a request may be made up as long as the OP has not seen it.
  const counters = (it: Case, address: string): readonly [key: string, limit: number][] => [
    [hashOf('user', it.user.subject, it.policyId), limits.perUser],
    [hashOf('address', address), limits.perAddress],
  ]
  const isCurrent = (since: number): boolean => now() - since < attemptsWindowMs

  async function take(key: string, limit: number): Promise<boolean> {
    if (await records.attempts.add(key, { since: now(), count: 1 })) return true
    const taken = await records.attempts.update(key, ({ since, count }) => {
      if (!isCurrent(since)) return { since: now(), count: 1 }
      return count < limit ? { since, count: count + 1 } : undefined
    })
    return taken !== undefined
  }

  return {
    async isExhausted(it, address) {
      for (const [key, limit] of counters(it, address)) {
        const counter = await records.attempts.get(key)
        if (counter && isCurrent(counter.since) && counter.count >= limit) return true
      }
      return false
    },
    async count(it, address) {
      for (const [key, limit] of counters(it, address)) {
        if (!(await take(key, limit))) return false
      }
      return true
    },
    async forgive(it, address) {
      for (const [key] of counters(it, address)) {
        await records.attempts.update(key, ({ since, count }) => ({ since, count: Math.max(0, count - 1) }))
      }
    },
  }
}
