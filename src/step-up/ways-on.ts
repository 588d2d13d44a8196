import type { Config } from '../config/schema/schema.ts'
import type { Browser } from '../http/browser.ts'
import { challengePath } from '../http/own-paths.ts'
import { readAuthorizationResponse } from '../oauth/authorization-response.ts'
import type { Policies } from '../policy/policies.ts'
import type { Case, Outcome, Records, StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Driver } from './drive.ts'
import type { Finisher } from './finish.ts'
import type { Judge, Judgement } from './judge.ts'
import { isLinkKey } from './link-key.ts'
import type { RememberDevice, RememberedDevice } from './remember-device.ts'
import type { ServeNextTab } from './resume.ts'

/** A link on a page of a step-up that a browser followed. */
export interface FollowedLink {
  readonly id: string
  /** What tells it from a link that somebody else made (`linkKeyOf`). */
  readonly key: string
  readonly browser: Browser
}

/**
 * The links on the pages of a step-up.
 *
 * @throws {Refusal} `expired`, `no_cookie`, and `used` for a link that stood on no page of this browser's too.
 */
export interface WaysOn {
  /** "Try again": a new step-up for the tabs that waited, or what the rules say by now. */
  retry(link: FollowedLink): Promise<Outcome>
  /** "Back to the application", which gets its error through the OP's own redirect. */
  goBack(link: FollowedLink): Promise<Outcome>
  /** "Not now", for an enrolment that may still be put off. Who is enrolled by now is challenged all the same. */
  skip(link: FollowedLink): Promise<Outcome>
  /** "Yes" to "shall this device be remembered?". The sign-in goes on, with a device or without. */
  remember(link: FollowedLink): Promise<{ readonly outcome: Outcome; readonly device?: RememberedDevice }>
  /** "No". */
  goOn(link: FollowedLink): Promise<Outcome>
}

export interface WaysOnPorts {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly driver: Driver
  readonly judge: Judge
  readonly finisher: Finisher
  readonly serveNextTab: ServeNextTab
  readonly rememberDevice: RememberDevice
  readonly now: () => number
}

export function createWaysOn(ports: WaysOnPorts): WaysOn {
  const { config, policies, records, driver, judge, finisher, serveNextTab, rememberDevice, now } = ports

  async function findOwn({ id, key, browser }: FollowedLink): Promise<StepUp & { browser: string }> {
    const stepUp = await records.stepUps.get(id)
    if (!stepUp) throw new Refusal('expired', 'no such step-up')
    const { browser: owner } = stepUp
    if (owner === undefined || !browser.ids.includes(owner)) {
      throw new Refusal('no_cookie', 'the step-up is bound to another browser')
    }
    if (!isLinkKey(key, id, owner)) throw new Refusal('used', 'the link stood on none of our pages')
    return { ...stepUp, browser: owner }
  }

  async function continueAt(id: string, target: string): Promise<Outcome> {
    const outcome: Outcome = { kind: 'redirect', location: `${config.publicUrl}${target}` }
    await records.stepUps.update(id, (current) => ({ ...current, outcome, finishedAt: now() }))
    return outcome
  }

  const judgeAgain = (
    mine: StepUp,
    it: Case,
    how: { readonly browser: Browser; readonly skipsEnrolment?: boolean },
  ): Promise<Judgement> =>
    judge(it, { policy: policies.ofCase(it), atRelease: false, tabs: mine.waiting, ...how })

  /** What the rules say by now. */
  async function follow(
    id: string,
    { decision, stepUpId }: Judgement,
    release: () => Promise<Outcome>,
  ): Promise<Outcome> {
    switch (decision.verdict) {
      case 'challenge':
        return continueAt(id, challengePath(config.pathPrefix, stepUpId))
      case 'deny':
        return finisher.fail(id, 'denied')
      case 'release':
        return release()
    }
  }

  /** The question is answered, once. */
  const answer = (id: string): Promise<StepUp | undefined> =>
    records.stepUps.update(id, (current) =>
      current.state === 'offered' ? { ...current, state: 'passed' } : undefined,
    )

  return {
    async retry(link) {
      const { id, browser } = link
      const { browser: owner } = await findOwn(link)
      const mine = await records.stepUps.update(id, ({ outcome, ...current }) =>
        current.state === 'failed' ? { ...current, state: 'retried' } : undefined,
      )
      const tab = mine?.waiting.at(-1)
      if (!mine || !tab) return finisher.repeat(id, owner)
      const judgement = await judgeAgain(mine, tab.case, { browser })
      return follow(id, judgement, async () => {
        if (tab.page) return serveNextTab(id, mine, owner)
        const target = await driver.driveAgain(tab)
        if (target === undefined) throw new Refusal('restart', 'the request can not be repeated')
        return continueAt(id, target)
      })
    },
    async skip(link) {
      const { id, browser } = link
      const { browser: owner } = await findOwn(link)
      const mine = await records.stepUps.update(id, (current) =>
        current.state === 'open' && now() < (current.skippableUntil ?? 0)
          ? { ...current, state: 'checking' }
          : undefined,
      )
      if (!mine) return finisher.repeat(id, owner)
      const judgement = await judgeAgain(mine, mine.case, { browser, skipsEnrolment: true })
      return follow(id, judgement, async () => {
        await records.stepUps.update(id, (current) => ({ ...current, isSkipped: true }))
        return serveNextTab(id, { ...mine, isSkipped: true }, owner)
      })
    },
    async remember(link) {
      const { id, browser } = link
      const { browser: owner } = await findOwn(link)
      const mine = await answer(id)
      if (!mine) return { outcome: await finisher.repeat(id, owner) }
      const device = await rememberDevice(mine.case, browser)
      return { outcome: await serveNextTab(id, mine, owner), ...(device && { device }) }
    },
    async goOn(link) {
      const { browser: owner } = await findOwn(link)
      const mine = await answer(link.id)
      return mine ? serveNextTab(link.id, mine, owner) : finisher.repeat(link.id, owner)
    },
    async goBack(link) {
      const stepUp = await findOwn(link)
      const tab = stepUp.waiting.at(-1)
      if (stepUp.state !== 'failed' || !tab) throw new Refusal('used', `the step-up is ${stepUp.state}`)
      const response = tab.held && readAuthorizationResponse(tab.held.location, config.publicUrl)
      if (response) {
        return { kind: 'redirect', location: response.toErrorLocation('unmet_authentication_requirements') }
      }
      const target = await driver.driveBack(tab)
      if (target === undefined) throw new Refusal('restart', 'the request can not be repeated')
      return { kind: 'redirect', location: `${config.publicUrl}${target}` }
    },
  }
}
