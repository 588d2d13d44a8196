import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import type { Case, Records, StepUp, Waiting } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { ownedBy } from '../store/owners.ts'
import { isWithin } from './recall.ts'

const maxWaitingTabs = 5

/** Step-ups from their opening until a browser returns from them. */
export interface Openings {
  /** Writes a new step-up; one that a browser is already known for is found again by its need. */
  open(id: string, stepUp: StepUp): Promise<void>
  /** Lets tabs wait for a step-up that is open for the same need; its id, or undefined where there is none. */
  join(
    it: Case,
    action: string,
    browserIds: readonly string[],
    tabs: readonly Waiting[],
  ): Promise<string | undefined>
  /**
   * Binds an open step-up to the browser that sees its challenge page first.
   *
   * @param browserIds that to bind it to first, then the further ones of that browser.
   * @throws {Refusal} `expired`, `used`, or `no_cookie` if it is bound to another browser.
   */
  bind(id: string, browserIds: readonly [string, ...string[]]): Promise<StepUp>
  isExpired(stepUp: StepUp): boolean
  find(id: string): Promise<StepUp | undefined>
}

/** @param now epoch milliseconds. @param timeoutMs how long a step-up may take. */
export function createOpenings(records: Records, now: () => number, timeoutMs: number): Openings {
  const needKey = (it: Case, action: string, browser: string): string =>
    hashOf(browser, it.user.session, it.user.subject, it.clientId, action)

  const isExpired = (stepUp: StepUp): boolean => !isYounger(stepUp.openedAt, timeoutMs, now())
  const isOpen = (stepUp: StepUp): boolean => stepUp.state === 'open' && !isExpired(stepUp)

  const wait = (stepUp: StepUp, it: Case, tabs: readonly Waiting[]): StepUp | undefined =>
    isOpen(stepUp) && isWithin(it.scope, stepUp.case.scope)
      ? { ...stepUp, waiting: keepSome([...withoutTwins(stepUp.waiting, tabs), ...tabs]) }
      : undefined

  async function index(id: string, stepUp: StepUp, browser: string): Promise<void> {
    const owner = ownedBy(stepUp.case.user.subject)
    await records.openNeeds.set(needKey(stepUp.case, stepUp.action, browser), { stepUpId: id }, owner)
  }

  /** A request whose user is known now is no stranger's any more: no flood of requests makes it forgotten. */
  async function adopt(tabs: readonly Waiting[]): Promise<void> {
    for (const { case: it } of tabs) {
      if (it.inFlight === undefined) continue
      await records.inFlight.update(it.inFlight, (request) => request, ownedBy(it.user.subject))
    }
  }

  function explain(stepUp: StepUp | undefined, browserIds: readonly string[]): Refusal {
    if (!stepUp || isExpired(stepUp)) return new Refusal('expired', 'no such step-up any more')
    return stepUp.browser === undefined || browserIds.includes(stepUp.browser)
      ? new Refusal('used', `the step-up is ${stepUp.state}`)
      : new Refusal('no_cookie', 'the step-up is bound to another browser')
  }

  return {
    isExpired,
    find: (id) => records.stepUps.get(id),
    async open(id, stepUp) {
      await records.stepUps.set(id, stepUp, ownedBy(stepUp.case.user.subject))
      await adopt(stepUp.waiting)
      if (stepUp.browser !== undefined) await index(id, stepUp, stepUp.browser)
    },
    async join(it, action, browserIds, tabs) {
      for (const browser of browserIds) {
        const need = await records.openNeeds.get(needKey(it, action, browser))
        const joined =
          need && (await records.stepUps.update(need.stepUpId, (stepUp) => wait(stepUp, it, tabs)))
        if (!joined) continue
        await adopt(tabs)
        return need.stepUpId
      }
      return undefined
    },
    async bind(id, browserIds) {
      const [first] = browserIds
      let browser = first
      const bound = await records.stepUps.update(id, (stepUp) => {
        browser = stepUp.browser ?? first
        return isOpen(stepUp) && browserIds.includes(browser) ? { ...stepUp, browser } : undefined
      })
      if (!bound) throw explain(await records.stepUps.get(id), browserIds)
      await index(id, bound, browser)
      return bound
    },
  }
}

/** The tab that waits longest, in which the step-up began, and the latest others: no page of a stranger pushes it out. */
const keepSome = ([first, ...others]: readonly Waiting[]): readonly Waiting[] =>
  first === undefined ? [] : [first, ...others.slice(1 - maxWaitingTabs)]

/** The tabs that wait already, less those whose request came again (a reload). */
function withoutTwins(waiting: readonly Waiting[], tabs: readonly Waiting[]): readonly Waiting[] {
  const again = new Set(tabs.map((tab) => tab.case.inFlight))
  return waiting.filter((tab) => tab.case.inFlight === undefined || !again.has(tab.case.inFlight))
}
