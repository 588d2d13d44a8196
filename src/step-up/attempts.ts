import { groupAddress } from '../edge/address-group.ts'
import { createAllowance } from '../store/allowance.ts'
import { hashOf } from '../store/collection.ts'
import { ownedBy } from './owners.ts'
import { type Case, countWindowMs, type Records } from './records.ts'

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
  const allowance = createAllowance(records.attempts, now, countWindowMs)
  // By policy: the client_id of a request may be made up as long as the OP has not seen it.
  const counters = (it: Case, address: string): readonly [key: string, limit: number][] => [
    [hashOf('user', it.user.subject, it.page, ...it.policyIds), limits.perUser],
    [hashOf('address', groupAddress(address)), limits.perAddress],
  ]

  return {
    async isExhausted(it, address) {
      for (const counter of counters(it, address)) if (await allowance.isExhausted(...counter)) return true
      return false
    },
    async count(it, address) {
      const owner = ownedBy(it.user.subject)
      for (const counter of counters(it, address)) {
        if (!(await allowance.take(...counter, owner))) return false
      }
      return true
    },
    async forgive(it, address) {
      for (const [key] of counters(it, address)) await allowance.giveBack(key)
    },
  }
}
