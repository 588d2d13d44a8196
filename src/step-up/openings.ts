import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import { epochOf } from '../records/epochs.ts'
import type { Case, StepUp, Waiting } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'
import { isWithin, ownerOf } from './case.ts'
import { refuseForgotten } from './refuse-forgotten.ts'

const maxWaitingTabs = 5

type OpeningServices = Pick<Services, 'config' | 'records' | 'epochs' | 'now'>

/** Writes a new step-up; one that a browser is already known for is found again by its need. */
export async function openStepUp(
  { records }: Pick<Services, 'records'>,
  id: string,
  stepUp: StepUp,
): Promise<void> {
  await records.stepUps.set(id, stepUp, ownedBy(stepUp.case.user.subject))
  await adoptRequests(records, stepUp.waiting)
  if (stepUp.browser !== undefined) await indexNeed(records, id, stepUp, stepUp.browser)
}

/** Lets tabs wait for a step-up that is open for the same need; its id, or undefined where there is none. */
export async function joinStepUp(
  services: OpeningServices,
  it: Case,
  action: string,
  browserIds: readonly string[],
  tabs: readonly Waiting[],
): Promise<string | undefined> {
  const { records, epochs } = services
  const since = await epochs.idOf(epochOf.subject(it.user.subject))
  for (const browser of browserIds) {
    const need = await records.openNeeds.get(needKey(it, action, browser))
    const joined =
      need &&
      (await records.stepUps.update(need.stepUpId, (stepUp) => wait(services, stepUp, it, since, tabs)))
    if (!joined) continue
    await adoptRequests(records, tabs)
    return need.stepUpId
  }
  return undefined
}

/**
 * Binds an open step-up to the browser that sees its challenge page first.
 *
 * @param browserIds that to bind it to first, then the further ones of that browser.
 * @throws {Refusal} `expired`, `used`, or `no_cookie` if it is bound to another browser.
 */
export async function bindStepUp(
  services: OpeningServices,
  id: string,
  browserIds: readonly [string, ...string[]],
): Promise<StepUp> {
  const { records } = services
  const [first] = browserIds
  let browser = first
  const bound = await records.stepUps.update(id, (stepUp) => {
    browser = stepUp.browser ?? first
    return isOpen(services, stepUp) && /* guard: bound-browser */ browserIds.includes(browser)
      ? { ...stepUp, browser }
      : undefined
  })
  if (!bound) throw explain(services, await records.stepUps.get(id), browserIds)
  await refuseForgotten(services, bound)
  await indexNeed(records, id, bound, browser)
  return bound
}

/** Whether a step-up took longer than `stepUp.timeout`. */
export const isExpired = ({ config, now }: Pick<Services, 'config' | 'now'>, { openedAt }: StepUp): boolean =>
  !isYounger(openedAt, config.stepUp.timeout, now())

const isOpen = (services: Pick<Services, 'config' | 'now'>, stepUp: StepUp): boolean =>
  stepUp.state === 'open' && !isExpired(services, stepUp)

const needKey = (it: Case, action: string, browser: string): string =>
  hashOf(browser, it.user.session, it.user.subject, it.clientId, action)

function wait(
  services: OpeningServices,
  stepUp: StepUp,
  it: Case,
  since: string | undefined,
  tabs: readonly Waiting[],
): StepUp | undefined {
  return isOpen(services, stepUp) &&
    /* guard: forgotten-needs */ stepUp.since === since &&
    /* guard: no-wider-scope-joins */ isWithin(it.scope, stepUp.case.scope)
    ? { ...stepUp, waiting: keepSome([...withoutTwins(stepUp.waiting, tabs), ...tabs]) }
    : undefined
}

async function indexNeed(
  records: Services['records'],
  id: string,
  stepUp: StepUp,
  browser: string,
): Promise<void> {
  const owner = ownedBy(stepUp.case.user.subject)
  await records.openNeeds.set(needKey(stepUp.case, stepUp.action, browser), { stepUpId: id }, owner)
}

/** A request whose user is known now is no stranger's any more: no flood of requests makes it forgotten. */
async function adoptRequests(records: Services['records'], tabs: readonly Waiting[]): Promise<void> {
  for (const { case: it } of tabs) {
    if (it.inFlight === undefined) continue
    // guard: requests-go-to-their-user
    await records.inFlight.update(it.inFlight, (request) => request, ownedBy(it.user.subject))
  }
}

function explain(
  services: OpeningServices,
  stepUp: StepUp | undefined,
  browserIds: readonly string[],
): Refusal {
  if (!stepUp || isExpired(services, stepUp))
    return new Refusal('expired', 'no such step-up any more', stepUp && ownerOf(stepUp.case))
  return stepUp.browser === undefined || browserIds.includes(stepUp.browser)
    ? new Refusal('used', `the step-up is ${stepUp.state}`, ownerOf(stepUp.case))
    : new Refusal('no_cookie', 'the step-up is bound to another browser', ownerOf(stepUp.case))
}

/** The tab that waits longest, in which the step-up began, and the latest others: no page of a stranger pushes it out. */
const keepSome = ([first, ...others]: readonly Waiting[]): readonly Waiting[] =>
  first === undefined ? [] : [/* guard: first-tab */ first, ...others.slice(1 - maxWaitingTabs)]

/** The tabs that wait already, less those whose request came again (a reload). */
function withoutTwins(waiting: readonly Waiting[], tabs: readonly Waiting[]): readonly Waiting[] {
  const again = new Set(tabs.map((tab) => tab.case.inFlight))
  return waiting.filter((tab) => tab.case.inFlight === undefined || !again.has(tab.case.inFlight))
}
