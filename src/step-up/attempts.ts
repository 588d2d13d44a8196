import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import type { Browser } from '../http/browser.ts'
import { type Case, type Counters, countWindowMs } from '../records/records.ts'
import type { Services } from '../services.ts'
import { type Allowance, createAllowance } from '../store/allowance.ts'
import { ownedBy } from '../store/owners.ts'

/*
 * What strangers may have a user asked: `stepUp.perUser` at one client, since anyone who knows the password could tire the
 * user with challenges, and `stepUp.perAddress` from one address, for those who know many passwords. All who know no
 * more than the password share one count. A browser in which the user has passed has one of its own, and a session
 * that something was released in needs none to be asked about: nobody else spends what these need.
 */

type AttemptServices = Pick<Services, 'config' | 'policies' | 'records' | 'now'>

/** Whose turn it is. */
type From = Pick<Browser, 'ids' | 'address'>

/** Whether another step-up would be one too many. */
export async function areAttemptsExhausted(
  services: AttemptServices,
  it: Case,
  from: From,
): Promise<boolean> {
  // guard: known-sessions
  if (await isKnownSession(services, it)) return false
  const { perUser, perAddress } = services.config.stepUp
  const { user, address } = await countersFor(services, it, from)
  if (address !== undefined && (await addressesOf(services).isExhausted(address, perAddress))) return true
  return usersOf(services).isExhausted(user, perUser)
}

/** Counts a step-up that is to be opened; undefined where it is one too many, as others were opened meanwhile. */
export async function countAttempt(
  services: AttemptServices,
  it: Case,
  from: From,
): Promise<Counters | undefined> {
  const { perUser, perAddress } = services.config.stepUp
  const counters = await countersFor(services, it, from)
  const { user, address } = counters
  const addresses = addressesOf(services)
  if (address !== undefined && !(await addresses.take(address, perAddress))) return undefined
  if (await usersOf(services).take(user, perUser, ownedBy(it.user.subject))) return counters
  // guard: address-gets-back
  if (address !== undefined) await addresses.giveBack(address)
  return undefined
}

/** Takes a step-up back out of the count: it was passed, in this browser, so that nobody was bothered for nothing. */
export async function forgiveAttempt(
  services: Pick<Services, 'records' | 'now'>,
  it: Case,
  { user, address }: Counters,
  browser: string,
): Promise<void> {
  const { records, now } = services
  await usersOf(services).giveBack(user)
  if (address !== undefined) await addressesOf(services).giveBack(address)
  await records.knownBrowsers.set(browserKey(it, browser), { at: now() }, ownedBy(it.user.subject))
}

/** Counts a question that can't become a challenge; false where it is one too many. */
export async function mayAskSilently(services: AttemptServices, it: Case, { ids }: From): Promise<boolean> {
  if ((await isKnownSession(services, it)) || (await findKnown(services, it, ids)) !== undefined) return true
  const { subject } = it.user
  const key = hashOf('silent', subject, services.policies.counterOf(it))
  // guard: silent-questions
  return usersOf(services).take(key, services.config.stepUp.perUser, ownedBy(subject))
}

/** Something was released in the session of this case. */
export async function rememberSession(
  { policies, records, now }: Pick<Services, 'policies' | 'records' | 'now'>,
  it: Case,
): Promise<void> {
  const { session, subject } = it.user
  if (session === undefined) return
  await records.knownSessions.set(sessionKey(policies, it, session), { at: now() }, ownedBy(subject))
}

const usersOf = ({ records, now }: Pick<Services, 'records' | 'now'>): Allowance =>
  createAllowance(records.attempts, now, countWindowMs)

const addressesOf = ({ records, now }: Pick<Services, 'records' | 'now'>): Allowance =>
  createAllowance(records.addressAttempts, now, countWindowMs)

async function countersFor(
  services: Pick<Services, 'policies' | 'records'>,
  it: Case,
  { ids, address }: From,
): Promise<Counters> {
  const { subject } = it.user
  const counter = services.policies.counterOf(it)
  const known = await findKnown(services, it, ids)
  return /* guard: known-browsers */ known !== undefined
    ? { user: hashOf('browser', subject, counter, known) }
    : { user: hashOf('user', subject, counter), address: groupAddress(address) }
}

/** The id under which the user has passed in this browser. */
async function findKnown(
  { records }: Pick<Services, 'records'>,
  it: Case,
  browserIds: readonly string[],
): Promise<string | undefined> {
  for (const browser of browserIds) {
    if ((await records.knownBrowsers.get(browserKey(it, browser))) !== undefined) return browser
  }
  return undefined
}

async function isKnownSession(
  { policies, records }: Pick<Services, 'policies' | 'records'>,
  it: Case,
): Promise<boolean> {
  const { session } = it.user
  if (session === undefined) return false
  return (await records.knownSessions.get(sessionKey(policies, it, session))) !== undefined
}

const browserKey = ({ user }: Case, browser: string): string => hashOf(user.subject, browser)

const sessionKey = (policies: Services['policies'], it: Case, session: string): string =>
  hashOf(it.user.subject, policies.counterOf(it), session)
