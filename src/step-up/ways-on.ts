import type { Config } from '../config/schema.ts'
import { readAuthorizationResponse } from '../edge/authorization-response.ts'
import type { Browser } from '../edge/browser.ts'
import { Refusal } from '../edge/refusal.ts'
import type { Policies } from '../policy/policies.ts'
import type { Audit } from '../telemetry/audit.ts'
import { type Authsignal, AuthsignalError } from './authsignal.ts'
import type { Driver } from './drive.ts'
import type { Finisher } from './finish.ts'
import type { Judge, Judgement } from './judge.ts'
import type { Case, Outcome, Records, StepUp } from './records.ts'
import type { ServeNextTab } from './resume.ts'

/** The links on the pages of a step-up. */
export interface WaysOn {
  /** "Try again": a new step-up for the tabs that waited, or what the rules say by now. */
  retry(id: string, browser: Browser): Promise<Outcome>
  /** "Back to the application", which gets its error through the OP's own redirect. */
  goBack(id: string, browserIds: readonly string[]): Promise<Outcome>
  /** "Not now", for an enrolment that may still be put off. Who is enrolled by now is challenged all the same. */
  skip(id: string, browser: Browser): Promise<Outcome>
  /** The answer to "shall this device be remembered?"; the sign-in goes on whatever it is. */
  goOn(id: string, browserIds: readonly string[], isRemembered: boolean): Promise<Outcome>
}

export interface WaysOnPorts {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly driver: Driver
  readonly judge: Judge
  readonly finisher: Finisher
  readonly serveNextTab: ServeNextTab
  readonly authsignal: Authsignal
  readonly audit: Audit
  readonly now: () => number
}

export function createWaysOn(ports: WaysOnPorts): WaysOn {
  const { config, policies, records, driver, judge, finisher, serveNextTab, authsignal, audit, now } = ports

  async function findOwn(id: string, browserIds: readonly string[]): Promise<StepUp & { browser: string }> {
    const stepUp = await records.stepUps.get(id)
    if (!stepUp) throw new Refusal('expired', 'no such step-up')
    const { browser } = stepUp
    if (browser === undefined || !browserIds.includes(browser)) {
      throw new Refusal('no_cookie', 'the step-up is bound to another browser')
    }
    return { ...stepUp, browser }
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
        return continueAt(id, `${config.pathPrefix}/challenge/${stepUpId}`)
      case 'deny':
        return finisher.fail(id, 'denied')
      case 'release':
        return release()
    }
  }

  /** A sign-in never fails for what would only make the next one easier. */
  async function rememberDevice({ case: it, deviceId = '' }: StepUp): Promise<void> {
    const { rememberDevice: forMs = 0 } = policies.ofCase(it)
    try {
      const { subject: userId } = it.user
      await authsignal.rememberDevice({ userId, deviceId, until: now() + forMs })
      audit.deviceRemembered(it)
    } catch (error) {
      if (!(error instanceof AuthsignalError)) throw error
      audit.deviceNotRemembered(it, error)
    }
  }

  return {
    async retry(id, browser) {
      const { browser: owner } = await findOwn(id, browser.ids)
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
    async skip(id, browser) {
      const { browser: owner } = await findOwn(id, browser.ids)
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
    async goOn(id, browserIds, isRemembered) {
      const { browser: owner } = await findOwn(id, browserIds)
      const mine = await records.stepUps.update(id, (current) =>
        current.state === 'offered' ? { ...current, state: 'passed' } : undefined,
      )
      if (!mine) return finisher.repeat(id, owner)
      if (isRemembered) await rememberDevice(mine)
      return serveNextTab(id, mine, owner)
    },
    async goBack(id, browserIds) {
      const stepUp = await findOwn(id, browserIds)
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
