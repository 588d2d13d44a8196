import type { Config } from '../config/schema.ts'
import { readAuthorizationResponse } from '../edge/authorization-response.ts'
import type { Browser } from '../edge/browser.ts'
import { Refusal } from '../edge/refusal.ts'
import type { Policies } from '../policy/policies.ts'
import type { Driver } from './drive.ts'
import type { Finisher } from './finish.ts'
import type { Judge } from './judge.ts'
import type { Outcome, Records, StepUp } from './records.ts'

/** The two links on the page of a step-up that did not succeed. */
export interface WaysOn {
  /** "Try again": a new step-up for the tabs that waited, or what the rules say by now. */
  retry(id: string, browser: Browser): Promise<Outcome>
  /** "Back to the application", which gets its error through the OP's own redirect. */
  goBack(id: string, browser: string | undefined): Promise<Outcome>
}

export interface WaysOnPorts {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly driver: Driver
  readonly judge: Judge
  readonly finisher: Finisher
  readonly now: () => number
}

export function createWaysOn(ports: WaysOnPorts): WaysOn {
  const { config, policies, records, driver, judge, finisher, now } = ports

  async function findOwn(id: string, browser: string | undefined): Promise<StepUp> {
    const stepUp = await records.stepUps.get(id)
    if (!stepUp) throw new Refusal('expired', 'no such step-up')
    if (browser === undefined || stepUp.browser !== browser) {
      throw new Refusal('no_cookie', 'the step-up is bound to another browser')
    }
    return stepUp
  }

  async function continueAt(id: string, target: string): Promise<Outcome> {
    const outcome: Outcome = { kind: 'redirect', location: `${config.publicUrl}${target}` }
    await records.stepUps.update(id, (current) => ({ ...current, outcome, finishedAt: now() }))
    return outcome
  }

  return {
    async retry(id, browser) {
      const { browser: owner = '' } = await findOwn(id, browser.id)
      const mine = await records.stepUps.update(id, ({ outcome, ...current }) =>
        current.state === 'failed' ? { ...current, state: 'retried' } : undefined,
      )
      const tab = mine?.waiting.at(-1)
      if (!mine || !tab) return finisher.repeat(id, owner)
      const { decision, stepUpId } = await judge(tab.case, {
        policy: policies.ofClient(mine.case.policyId),
        browser,
        atRelease: false,
        tabs: mine.waiting,
      })
      switch (decision.verdict) {
        case 'challenge':
          return continueAt(id, `${config.pathPrefix}/challenge/${stepUpId}`)
        case 'deny':
          return finisher.fail(id, 'denied')
        case 'release': {
          const target = await driver.driveAgain(tab)
          if (target === undefined) throw new Refusal('restart', 'the request can not be repeated')
          return continueAt(id, target)
        }
      }
    },
    async goBack(id, browser) {
      const stepUp = await findOwn(id, browser)
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
