import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import type { NotVerifiedReason, Outcome, Records, StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { Attempts } from './attempts.ts'
import type { Openings } from './openings.ts'
import type { Recall } from './recall.ts'
import type { ServeNextTab } from './resume.ts'
import type { Verification } from './verify.ts'

const repeatWindowMs = 60_000
const pollMs = 50

/** What a return from Authsignal brings. */
export interface Return {
  readonly nonce: string
  readonly token: string | undefined
}

export interface Finisher {
  /**
   * The browser came back. One attempt, whatever the answer; the same return within a minute gets the same outcome.
   *
   * @param browserIds hashes of the cookies that came with the return.
   * @throws {Refusal} `expired`, `wrong_return` (nothing changed), `no_cookie` (the step-up is burnt), `used`.
   */
  finish(id: string, browserIds: readonly string[], how: Return): Promise<Outcome>
  /** Writes down that a step-up did not succeed. */
  fail(id: string, reason: NotVerifiedReason): Promise<Outcome>
  /** What a request gets that is not the first: the next tab's turn, the same outcome again, or `used`. */
  repeat(id: string, browser: string): Promise<Outcome>
}

export interface FinishPorts {
  readonly records: Records
  readonly recall: Recall
  readonly openings: Openings
  readonly attempts: Attempts
  readonly audit: Audit
  readonly now: () => number
  readonly verify: (stepUp: StepUp, token: string | undefined) => Promise<Verification>
  readonly serveNextTab: ServeNextTab
  /** How long another request may be at work on a step-up, in milliseconds. */
  readonly patienceMs: number
}

export function createFinisher(ports: FinishPorts): Finisher {
  const { records, recall, openings, attempts, audit, now, verify, serveNextTab } = ports

  /** The record once no other request is at work on it. */
  async function settled(id: string): Promise<StepUp | undefined> {
    let stepUp = await records.stepUps.get(id)
    for (let waited = 0; stepUp && isBusy(stepUp) && waited < ports.patienceMs; waited += pollMs) {
      await sleep(pollMs)
      stepUp = await records.stepUps.get(id)
    }
    return stepUp
  }

  /** Somebody passed the challenge on to another browser: this step-up will never count. */
  async function burn(id: string, stepUp: StepUp): Promise<void> {
    const burnt = await records.stepUps.update(id, (current) =>
      current.state === 'open' ? { ...current, state: 'burnt' } : undefined,
    )
    if (burnt) audit.security('return_in_another_browser', { client_id: stepUp.case.clientId })
  }

  async function settle(id: string, stepUp: StepUp, verification: Verification, browser: string) {
    if (!verification.passed) {
      audit.finished(stepUp.case, verification.reason, undefined)
      return finisher.fail(id, verification.reason)
    }
    const { method } = verification
    audit.finished(stepUp.case, 'passed', method)
    await attempts.forgive(stepUp.case, stepUp.counters, browser)
    await recall.writeProof(stepUp.case, stepUp.action, browser, method)
    const passed = { ...stepUp, ...(method !== undefined && { method }) }
    await records.stepUps.update(id, (current) => ({ ...current, ...(method !== undefined && { method }) }))
    if (!passed.offersDevice) return serveNextTab(id, passed, browser)
    // The user may have the device remembered before the sign-in goes on.
    return end(id, 'offered', { kind: 'offer_device' })
  }

  async function end(id: string, state: StepUp['state'], outcome: Outcome): Promise<Outcome> {
    await records.stepUps.update(id, (current) => ({ ...current, state, outcome, finishedAt: now() }))
    return outcome
  }

  const finisher: Finisher = {
    async finish(id, browserIds, { nonce, token }) {
      const found = await records.stepUps.get(id)
      if (!found) throw new Refusal('expired', 'no such step-up')
      if (!isSameHash(hashOf(nonce), found.nonceHash)) throw new Refusal('wrong_return', 'the nonce is wrong')
      const { browser } = found
      if (browser === undefined || !browserIds.includes(browser)) {
        await burn(id, found)
        throw new Refusal('no_cookie', 'the step-up is bound to another browser')
      }
      if (found.state === 'open' && openings.isExpired(found)) {
        throw new Refusal('expired', 'the step-up took too long')
      }
      const mine = await records.stepUps.update(id, (current) =>
        current.state === 'open' ? { ...current, state: 'checking' } : undefined,
      )
      return mine ? settle(id, mine, await verify(mine, token), browser) : finisher.repeat(id, browser)
    },
    fail: (id, reason) => end(id, 'failed', { kind: 'not_verified', reason }),
    async repeat(id, browser) {
      const stepUp = await settled(id)
      if (stepUp?.state === 'passed' && stepUp.waiting.length > 0) return serveNextTab(id, stepUp, browser)
      const isRecent = isYounger(stepUp?.finishedAt ?? 0, repeatWindowMs, now())
      if (stepUp?.outcome && isRecent) return stepUp.outcome
      throw new Refusal('used', `the step-up is ${stepUp?.state ?? 'gone'}`)
    },
  }
  return finisher
}

const isBusy = ({ state, outcome }: StepUp): boolean =>
  state === 'checking' || (state === 'retried' && outcome === undefined)

function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
