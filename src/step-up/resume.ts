import type { HeldResponse, Outcome, PageToShow, StepUp, Waiting } from '../records/records.ts'
import type { Services } from '../services.ts'
import { driveAgain } from './drive.ts'
import { writePass } from './passes.ts'
import { refuseForgotten } from './refuse-forgotten.ts'
import { recordRelease } from './release.ts'

/** A code needs this much of its life to reach the token endpoint, and this part of it where it is short. */
const reserveMs = 15_000
const partInReserve = 1 / 4

export type ResumeServices = Pick<Services, 'config' | 'policies' | 'records' | 'epochs' | 'audit' | 'now'>

/**
 * Gives the next tab that waits for a passed step-up its turn, and writes down what it got.
 *
 * @throws {Refusal} `expired` if the user was forgotten since the step-up was opened.
 */
export async function serveNextTab(
  services: ResumeServices,
  id: string,
  stepUp: StepUp,
  browser: string,
): Promise<Outcome> {
  const { records, now } = services
  // guard: forgotten-tabs
  await refuseForgotten(services, stepUp)
  let tab: Waiting | undefined
  await records.stepUps.update(id, (current) => {
    tab = current.waiting.at(-1)
    return tab && { ...current, waiting: current.waiting.slice(0, -1) }
  })
  // Another request took the last one: what it gets stays written down.
  if (!tab) return { kind: 'start_again' }
  const outcome = await resume(services, tab, stepUp, browser)
  await records.stepUps.update(id, (current) => ({
    ...current,
    state: 'passed',
    outcome,
    served: tab?.case.inFlight,
    finishedAt: now(),
  }))
  return outcome
}

/** The kept response; else the request once more, with a pass; else the pass waits for a start at the application. */
async function resume(
  services: ResumeServices,
  tab: Waiting,
  stepUp: StepUp,
  browser: string,
): Promise<Outcome> {
  const { config, policies, audit, now } = services
  if (tab.page) return showPage(config.publicUrl, tab.page)
  if (tab.held && isWorthSending(tab.held, now())) {
    await recordRelease(services, tab.case, tab.held.code, undefined, tab.held.heldAt)
    const governed = { policy: policies.ofCase(tab.case), leg: 'return' } as const
    audit.released(tab.case, governed, 'kept_response')
    return tab.held.delivery
  }
  const target = await driveAgain(services, tab)
  const outlivesLogin = target === undefined && (await asksForLogin(services, tab))
  await writePass(services, tab.case, stepUp.action, browser, stepUp, outlivesLogin)
  return target === undefined
    ? { kind: 'start_again' }
    : { kind: 'redirect', location: `${config.publicUrl}${target}` }
}

/** Whether the request of a tab asks for a login, whenever it is sent: `prompt=login`, or `max_age=0`. */
async function asksForLogin({ records }: Pick<Services, 'records'>, { case: it }: Waiting): Promise<boolean> {
  const request = it.inFlight === undefined ? undefined : await records.inFlight.get(it.inFlight)
  return request?.maxAge === 0
}

/** Until when a code that the OP just made is worth sending. */
export const goodUntil = (now: number, codeLifetime: number): number =>
  now + codeLifetime - Math.min(reserveMs, codeLifetime * partInReserve)

/** Whether the code of a kept response may still reach the token endpoint in time. */
export const isWorthSending = ({ goodUntil }: HeldResponse, now: number): boolean => goodUntil > now

/** A page is served by the proof. */
function showPage(publicUrl: string, { target, sentFrom }: PageToShow): Outcome {
  if (target !== undefined) return { kind: 'redirect', location: `${publicUrl}${target}` }
  return { kind: 'page_verified', sentFrom }
}
