import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import type { Browser } from '../http/browser.ts'
import type { Policies } from '../policy/policies.ts'
import { type Case, type Counters, countWindowMs, type Records } from '../records/records.ts'
import { createAllowance } from '../store/allowance.ts'
import { ownedBy } from '../store/owners.ts'

/** How many step-ups may be opened within the window. */
export interface AttemptLimits {
  /** For one user at one client: whoever knows the password could tire the user with challenges. */
  readonly perUser: number
  /** From one address: whoever knows many passwords. */
  readonly perAddress: number
}

/** Whose turn it is. */
export type From = Pick<Browser, 'ids' | 'address'>

/**
 * What strangers may have a user asked. All who know no more than the password share one count. A browser in which the
 * user has passed has one of its own, and a session that something was released in needs none to be asked about: nobody
 * else spends what these need.
 */
export interface Attempts {
  /** Whether another step-up would be one too many. */
  isExhausted(it: Case, from: From): Promise<boolean>
  /** Counts a step-up that is to be opened; undefined where it is one too many, as others were opened meanwhile. */
  count(it: Case, from: From): Promise<Counters | undefined>
  /** Takes a step-up back out of the count: it was passed, in this browser, so that nobody was bothered for nothing. */
  forgive(it: Case, counters: Counters, browser: string): Promise<void>
  /** Counts a question that can't become a challenge; false where it is one too many. */
  mayAskSilently(it: Case, from: From): Promise<boolean>
  /** Something was released in the session of this case. */
  remember(it: Case): Promise<void>
}

/** @param now epoch milliseconds. */
export function createAttempts(
  records: Records,
  now: () => number,
  limits: AttemptLimits,
  counterOf: Policies['counterOf'],
): Attempts {
  const users = createAllowance(records.attempts, now, countWindowMs)
  const addresses = createAllowance(records.addressAttempts, now, countWindowMs)
  const { knownBrowsers, knownSessions } = records
  const browserKey = ({ user }: Case, browser: string): string => hashOf(user.subject, browser)
  const sessionKey = (it: Case, session: string): string => hashOf(it.user.subject, counterOf(it), session)

  /** The id under which the user has passed in this browser. */
  async function findKnown(it: Case, browserIds: readonly string[]): Promise<string | undefined> {
    for (const browser of browserIds) {
      if ((await knownBrowsers.get(browserKey(it, browser))) !== undefined) return browser
    }
    return undefined
  }

  async function isKnownSession(it: Case): Promise<boolean> {
    const { session } = it.user
    return session !== undefined && (await knownSessions.get(sessionKey(it, session))) !== undefined
  }

  async function countersFor(it: Case, { ids, address }: From): Promise<Counters> {
    const { subject } = it.user
    const known = await findKnown(it, ids)
    return known !== undefined
      ? { user: hashOf('browser', subject, counterOf(it), known) }
      : { user: hashOf('user', subject, counterOf(it)), address: groupAddress(address) }
  }

  return {
    async isExhausted(it, from) {
      if (await isKnownSession(it)) return false
      const { user, address } = await countersFor(it, from)
      if (address !== undefined && (await addresses.isExhausted(address, limits.perAddress))) return true
      return users.isExhausted(user, limits.perUser)
    },
    async count(it, from) {
      const counters = await countersFor(it, from)
      const { user, address } = counters
      if (address !== undefined && !(await addresses.take(address, limits.perAddress))) return undefined
      if (await users.take(user, limits.perUser, ownedBy(it.user.subject))) return counters
      if (address !== undefined) await addresses.giveBack(address)
      return undefined
    },
    async forgive(it, { user, address }, browser) {
      await users.giveBack(user)
      if (address !== undefined) await addresses.giveBack(address)
      await knownBrowsers.set(browserKey(it, browser), { at: now() }, ownedBy(it.user.subject))
    },
    async mayAskSilently(it, { ids }) {
      if ((await isKnownSession(it)) || (await findKnown(it, ids)) !== undefined) return true
      const { subject } = it.user
      return users.take(hashOf('silent', subject, counterOf(it)), limits.perUser, ownedBy(subject))
    },
    async remember(it) {
      const { session } = it.user
      if (session !== undefined)
        await knownSessions.set(sessionKey(it, session), { at: now() }, ownedBy(it.user.subject))
    },
  }
}
