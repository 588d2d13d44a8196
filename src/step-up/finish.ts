import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import type { NotVerifiedReason, Outcome, StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { forgiveAttempt } from './attempts.ts'
import { isExpired } from './openings.ts'
import { addProof } from './proofs.ts'
import { type ResumeServices, serveNextTab } from './resume.ts'
import { type Verification, verifyReturn } from './verify.ts'

const repeatWindowMs = 60_000
const pollMs = 50

/** What a return from Authsignal brings. */
export interface Return {
  readonly nonce: string
  readonly token: string | undefined
}

export type FinishServices = ResumeServices & Pick<Services, 'policies' | 'authsignal'>

/**
 * The browser came back. One attempt, whatever the answer; the same return within a minute gets the same outcome.
 *
 * @param browserIds hashes of the cookies that came with the return.
 * @throws {Refusal} `expired`, `wrong_return` (nothing changed), `no_cookie` (the step-up is burnt), `used`.
 */
export async function finish(
  services: FinishServices,
  id: string,
  browserIds: readonly string[],
  { nonce, token }: Return,
): Promise<Outcome> {
  const { records } = services
  const found = await records.stepUps.get(id)
  if (!found) throw new Refusal('expired', 'no such step-up')
  // guard: return-nonce
  if (!isSameHash(hashOf(nonce), found.nonceHash)) throw new Refusal('wrong_return', 'the nonce is wrong')
  const { browser } = found
  if (browser === undefined || /* guard: return-cookie */ !browserIds.includes(browser)) {
    // guard: burnt-step-up
    await burn(services, id, found)
    throw new Refusal('no_cookie', 'the step-up is bound to another browser')
  }
  // guard: step-up-time
  if (found.state === 'open' && isExpired(services, found)) {
    throw new Refusal('expired', 'the step-up took too long')
  }
  const mine = await records.stepUps.update(id, (current) =>
    /* guard: one-attempt */ current.state === 'open' ? { ...current, state: 'checking' } : undefined,
  )
  if (!mine) return repeat(services, id, browser)
  return settle(services, id, mine, await verifyReturn(services, mine, token), browser)
}

/** Writes down that a step-up did not succeed. */
export const fail = (
  services: Pick<Services, 'records' | 'now'>,
  id: string,
  reason: NotVerifiedReason,
): Promise<Outcome> => end(services, id, 'failed', { kind: 'not_verified', reason })

/** What a request gets that is not the first: the next tab's turn, the same outcome again, or `used`. */
export async function repeat(services: ResumeServices, id: string, browser: string): Promise<Outcome> {
  const stepUp = await findSettled(services, id)
  if (stepUp?.state === 'passed' && stepUp.waiting.length > 0) {
    return serveNextTab(services, id, stepUp, browser)
  }
  const isRecent = isYounger(stepUp?.finishedAt ?? 0, repeatWindowMs, services.now())
  if (stepUp?.outcome && /* guard: reload-for-a-minute */ isRecent) return stepUp.outcome
  throw new Refusal('used', `the step-up is ${stepUp?.state ?? 'gone'}`)
}

/** The record once no other request is at work on it: as long as one that asks Authsignal may take. */
async function findSettled(
  { config, records }: Pick<Services, 'config' | 'records'>,
  id: string,
): Promise<StepUp | undefined> {
  const patienceMs = 2 * config.authsignal.timeout
  let stepUp = await records.stepUps.get(id)
  for (let waited = 0; stepUp && isBusy(stepUp) && waited < patienceMs; waited += pollMs) {
    await sleep(pollMs)
    stepUp = await records.stepUps.get(id)
  }
  return stepUp
}

/** Somebody passed the challenge on to another browser: this step-up will never count. */
async function burn(
  { records, audit }: Pick<Services, 'records' | 'audit'>,
  id: string,
  stepUp: StepUp,
): Promise<void> {
  const burnt = await records.stepUps.update(id, (current) =>
    current.state === 'open' ? { ...current, state: 'burnt' } : undefined,
  )
  if (burnt) audit.security('return_in_another_browser', { client_id: stepUp.case.clientId })
}

async function settle(
  services: FinishServices,
  id: string,
  stepUp: StepUp,
  verification: Verification,
  browser: string,
): Promise<Outcome> {
  const { records, audit, now } = services
  if (!verification.passed) {
    audit.finished(stepUp.case, verification.reason, { detail: verification.detail })
    return fail(services, id, verification.reason)
  }
  const { method } = verification
  const { action } = stepUp
  audit.finished(stepUp.case, 'passed', { method })
  await forgiveAttempt(services, stepUp.case, stepUp.counters, browser)
  await addProof(services, stepUp.case, browser, { action, at: now(), method })
  await records.stepUps.update(id, (current) => ({ ...current, method }))
  if (!stepUp.offersDevice) return serveNextTab(services, id, { ...stepUp, method }, browser)
  // The user may have the device remembered before the sign-in goes on.
  return end(services, id, 'offered', { kind: 'offer_device' })
}

async function end(
  { records, now }: Pick<Services, 'records' | 'now'>,
  id: string,
  state: StepUp['state'],
  outcome: Outcome,
): Promise<Outcome> {
  await records.stepUps.update(id, (current) => ({ ...current, state, outcome, finishedAt: now() }))
  return outcome
}

const isBusy = ({ state, outcome }: StepUp): boolean =>
  state === 'checking' || (state === 'retried' && outcome === undefined)

function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
