import type { Browser } from '../http/browser.ts'
import { challengePath } from '../http/own-paths.ts'
import { readDelivery, toErrorDelivery } from '../oauth/delivered-response.ts'
import { errorDescriptionOf } from '../policy/error-description.ts'
import type { Case, Outcome, StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { ownerOf } from './case.ts'
import { driveAgain, driveBack } from './drive.ts'
import { fail, repeat } from './finish.ts'
import { type Judgement, type JudgeServices, judge } from './judge.ts'
import { isLinkKey } from './link-key.ts'
import { refuseForgotten } from './refuse-forgotten.ts'
import { type RememberedDevice, rememberDevice } from './remember-device.ts'
import { type ResumeServices, serveNextTab } from './resume.ts'

/*
 * The links on the pages of a step-up. Each throws Refusal `expired`, `no_cookie`, and `used`, also for a link that
 * stood on no page of this browser's.
 */

/** A link on a page of a step-up that a browser followed. */
export interface FollowedLink {
  readonly id: string
  /** What tells it from a link that somebody else made (`linkKeyOf`). */
  readonly key: string
  readonly browser: Browser
}

/** "Try again": a new step-up for the tabs that waited, or what the rules say by now. */
export async function retry(services: JudgeServices, link: FollowedLink): Promise<Outcome> {
  const { id, browser } = link
  const { browser: owner } = await findOwn(services, link)
  const mine = await services.records.stepUps.update(id, ({ outcome, ...current }) =>
    current.state === 'failed' ? { ...current, state: 'retried' } : undefined,
  )
  const tab = mine?.waiting.at(-1)
  if (!mine || !tab) return repeat(services, id, owner)
  const judgement = await judgeAgain(services, mine, tab.case, { browser })
  return follow(services, id, judgement, async () => {
    if (tab.page) return serveNextTab(services, id, mine, owner)
    const target = await driveAgain(services, tab)
    if (target === undefined)
      throw new Refusal('restart', 'the request can not be repeated', ownerOf(tab.case))
    return continueAt(services, id, target)
  })
}

/** "Back to the application", which gets its error through the OP's own redirect. */
export async function goBack(
  services: Pick<Services, 'config' | 'records' | 'now'>,
  link: FollowedLink,
): Promise<Outcome> {
  const { publicUrl } = services.config
  const stepUp = await findOwn(services, link)
  const tab = stepUp.waiting.at(-1)
  if (stepUp.state !== 'failed' || !tab) {
    throw new Refusal('used', `the step-up is ${stepUp.state}`, ownerOf(stepUp.case))
  }
  const response = tab.held && readDelivery(tab.held.delivery, publicUrl)
  if (response) {
    const error = 'unmet_authentication_requirements'
    return toErrorDelivery(response, error, errorDescriptionOf(error))
  }
  const target = await driveBack(services, tab)
  if (target === undefined) throw new Refusal('restart', 'the request can not be repeated', ownerOf(tab.case))
  return { kind: 'redirect', location: `${publicUrl}${target}` }
}

/** "Not now", for an enrolment that may still be put off. Who is enrolled by now is challenged all the same. */
export async function skip(services: JudgeServices, link: FollowedLink): Promise<Outcome> {
  const { records, now } = services
  const { id, browser } = link
  const { browser: owner } = await findOwn(services, link)
  const mine = await records.stepUps.update(id, (current) =>
    current.state === 'open' && /* guard: skip-while-it-may-be */ now() < (current.skippableUntil ?? 0)
      ? { ...current, state: 'checking' }
      : undefined,
  )
  if (!mine) return repeat(services, id, owner)
  const judgement = await judgeAgain(services, mine, mine.case, { browser, skipsEnrolment: true })
  return follow(services, id, judgement, async () => {
    await records.stepUps.update(id, (current) => ({ ...current, isSkipped: true }))
    return serveNextTab(services, id, { ...mine, isSkipped: true }, owner)
  })
}

/** "Yes" to "shall this device be remembered?". The sign-in goes on, with a device or without. */
export async function remember(
  services: ResumeServices & Pick<Services, 'authsignal'>,
  link: FollowedLink,
): Promise<{ readonly outcome: Outcome; readonly device?: RememberedDevice | undefined }> {
  const { id, browser } = link
  const { browser: owner, ...stepUp } = await findOwn(services, link)
  // Of one who is forgotten meanwhile the device's name never leaves: the tab is refused before its answer is sent.
  await refuseForgotten(services, stepUp)
  const mine = await takeAnswer(services, id)
  if (!mine) return { outcome: await repeat(services, id, owner) }
  const device = await rememberDevice(services, mine.case, browser)
  return { outcome: await serveNextTab(services, id, mine, owner), device }
}

/** "No". */
export async function goOn(services: ResumeServices, link: FollowedLink): Promise<Outcome> {
  const { browser: owner } = await findOwn(services, link)
  const mine = await takeAnswer(services, link.id)
  return mine ? serveNextTab(services, link.id, mine, owner) : repeat(services, link.id, owner)
}

async function findOwn(
  { records }: Pick<Services, 'records'>,
  { id, key, browser }: FollowedLink,
): Promise<StepUp & { browser: string }> {
  const stepUp = await records.stepUps.get(id)
  if (!stepUp) throw new Refusal('expired', 'no such step-up')
  const { browser: owner } = stepUp
  if (owner === undefined || !browser.ids.includes(owner)) {
    throw new Refusal('no_cookie', 'the step-up is bound to another browser', ownerOf(stepUp.case))
  }
  // guard: own-links
  if (!isLinkKey(key, id, owner)) {
    throw new Refusal('used', 'the link stood on none of our pages', ownerOf(stepUp.case))
  }
  return { ...stepUp, browser: owner }
}

async function judgeAgain(
  services: JudgeServices,
  { waiting: tabs }: StepUp,
  it: Case,
  how: { readonly browser: Browser; readonly skipsEnrolment?: boolean },
): Promise<Judgement> {
  return judge(services, it, {
    policy: services.policies.ofCase(it),
    leg: 'return',
    atRelease: false,
    tabs,
    ...how,
  })
}

/** What the rules say by now. */
async function follow(
  services: Pick<Services, 'config' | 'records' | 'now'>,
  id: string,
  { decision, stepUpId }: Judgement,
  release: () => Promise<Outcome>,
): Promise<Outcome> {
  switch (decision.verdict) {
    case 'challenge':
      return continueAt(services, id, challengePath(services.config.pathPrefix, stepUpId))
    case 'deny':
      return fail(services, id, 'denied')
    case 'release':
      return release()
  }
}

async function continueAt(
  { config, records, now }: Pick<Services, 'config' | 'records' | 'now'>,
  id: string,
  target: string,
): Promise<Outcome> {
  const outcome: Outcome = { kind: 'redirect', location: `${config.publicUrl}${target}` }
  await records.stepUps.update(id, (current) => ({ ...current, outcome, finishedAt: now() }))
  return outcome
}

/** The question whether to remember the device is answered, once. */
const takeAnswer = ({ records }: Pick<Services, 'records'>, id: string): Promise<StepUp | undefined> =>
  records.stepUps.update(id, (current) =>
    /* guard: device-after-step-up */ current.state === 'offered'
      ? { ...current, state: 'passed' }
      : undefined,
  )
