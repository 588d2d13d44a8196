import type { Outcome, PageToShow, Records, StepUp, Waiting } from '../records/records.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { Driver } from './drive.ts'
import type { Recall } from './recall.ts'
import { releaseCode } from './release.ts'

/** A kept response is sent only while its code has this much of its life left. */
const minCodeLifeMs = 15_000

export interface ResumePorts {
  readonly publicUrl: string
  readonly records: Records
  readonly recall: Recall
  readonly driver: Driver
  readonly audit: Audit
  readonly now: () => number
}

/** Gives the next tab that waits for a passed step-up its turn, and writes down what it got. */
export type ServeNextTab = (id: string, stepUp: StepUp, browser: string) => Promise<Outcome>

export function createServeNextTab(ports: ResumePorts): ServeNextTab {
  const { publicUrl, records, recall, driver, audit, now } = ports

  /** The kept response; else the request once more, with a pass; else the pass waits for a start at the application. */
  async function resume(tab: Waiting, stepUp: StepUp, browser: string): Promise<Outcome> {
    if (tab.page) return showPage(tab.page)
    if (tab.held && tab.held.goodUntil - minCodeLifeMs > now()) {
      await releaseCode(records, tab.case, tab.held.code, now(), undefined)
      audit.released(tab.case, 'kept_response')
      return { kind: 'redirect', location: tab.held.location }
    }
    await recall.writePass(tab.case, stepUp.action, browser, stepUp)
    const target = await driver.driveAgain(tab)
    return target === undefined
      ? { kind: 'start_again' }
      : { kind: 'redirect', location: `${publicUrl}${target}` }
  }

  /** A page is served by the proof. */
  function showPage({ target, sentFrom }: PageToShow): Outcome {
    if (target !== undefined) return { kind: 'redirect', location: `${publicUrl}${target}` }
    return { kind: 'page_verified', ...(sentFrom !== undefined && { sentFrom }) }
  }

  return async (id, stepUp, browser) => {
    let tab: Waiting | undefined
    await records.stepUps.update(id, (current) => {
      tab = current.waiting.at(-1)
      return tab && { ...current, waiting: current.waiting.slice(0, -1) }
    })
    // Another request took the last one: what it gets stays written down.
    if (!tab) return { kind: 'start_again' }
    const outcome = await resume(tab, stepUp, browser)
    await records.stepUps.update(id, (current) => ({
      ...current,
      state: 'passed',
      outcome,
      finishedAt: now(),
    }))
    return outcome
  }
}
