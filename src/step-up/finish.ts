import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashOf } from '../hash.ts'
import { isYounger } from '../policy/age.ts'
import type { NotVerifiedReason, Outcome, StepUp } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { forgiveAttempt } from './attempts.ts'
import { describeConcern, ownerOf } from './case.ts'
import { isExpired } from './openings.ts'
import { addProof } from './proofs.ts'
import { refuseForgotten } from './refuse-forgotten.ts'
import { type ResumeServices, serveNextTab } from './resume.ts'
import { type Verification, verifyReturn } from './verify.ts'

const repeatWindowMs = 60_000
const pollMs = 50

/** What a return from Authsignal brings. */
export interface Return {
  readonly nonce: string
  readonly token: string | undefined
}

export type FinishServices = ResumeServices & Pick<Services, 'authsignal' | 'tracing'>

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
  services.tracing?.link(found.trace)
  const owner = ownerOf(found.case)
  // guard: return-nonce
  if (!isSameHash(hashOf(nonce), found.nonceHash))
    throw new Refusal('wrong_return', 'the nonce is wrong', owner)
  const { browser } = found
  if (browser === undefined || /* guard: return-cookie */ !browserIds.includes(browser)) {
    // guard: burnt-step-up
    await burn(services, id, found)
    throw new Refusal('no_cookie', 'the step-up is bound to another browser', owner)
  }
  // guard: step-up-time
  if (found.state === 'open' && isExpired(services, found)) {
    throw new Refusal('expired', 'the step-up took too long', owner)
  }
  await refuseForgotten(services, found)
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

/**
 * What a request gets that is not the first: the next tab's turn, the same outcome again, word that it led on before, or
 * `used`.
 */
export async function repeat(services: ResumeServices, id: string, browser: string): Promise<Outcome> {
  const stepUp = await findSettled(services, id)
  if (stepUp?.state === 'passed' && stepUp.waiting.length > 0) {
    return serveNextTab(services, id, stepUp, browser)
  }
  const isRecent = isYounger(stepUp?.finishedAt ?? 0, repeatWindowMs, services.now())
  const mayRepeat = /* guard: reload-for-a-minute */ isRecent && !(await hasArrived(services, stepUp))
  if (stepUp?.outcome && mayRepeat) return stepUp.outcome
  if (stepUp?.state === 'passed') return describeEnd(stepUp)
  throw new Refusal('used', `the step-up is ${stepUp?.state ?? 'gone'}`, stepUp && ownerOf(stepUp.case))
}

/**
 * The challenge page of a step-up that is over, seen again by its own browser (the Back button).
 *
 * @returns undefined where it is not over, or where there is nothing to say but `used`.
 */
export async function revisit(
  { records }: Pick<Services, 'records'>,
  id: string,
  browserIds: readonly string[],
): Promise<Outcome | undefined> {
  const stepUp = await records.stepUps.get(id)
  // guard: own-end
  if (stepUp?.browser === undefined || !browserIds.includes(stepUp.browser)) return undefined
  switch (stepUp.state) {
    case 'passed':
      return describeEnd(stepUp)
    case 'offered':
    case 'failed':
      return stepUp.outcome
    default:
      return undefined
  }
}

/** Whether the answer to the request that an outcome led on with is at its client, where it would be one too many. */
async function hasArrived(
  { records }: Pick<Services, 'records'>,
  stepUp: StepUp | undefined,
): Promise<boolean> {
  if (stepUp?.served === undefined) return false
  return (await records.inFlight.get(stepUp.served))?.hasArrived === true
}

/** A page of the OP can be opened again, and a page of the gateway shown; what a client asked for can't be sent twice. */
function describeEnd({ case: it, outcome }: StepUp): Outcome {
  if (outcome?.kind === 'start_again' || outcome?.kind === 'page_verified') return outcome
  const isPage = it.page !== undefined && outcome?.kind === 'redirect'
  return { kind: 'ended', page: isPage ? outcome.location : undefined }
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
  if (burnt) audit.security('return_in_another_browser', describeConcern(stepUp.case))
}

async function settle(
  services: FinishServices,
  id: string,
  stepUp: StepUp,
  verification: Verification,
  browser: string,
): Promise<Outcome> {
  const { policies, records, audit, now } = services
  const governed = { policy: policies.ofCase(stepUp.case), leg: 'return' } as const
  const { idempotencyKey, action } = stepUp
  const ended = { stepUpId: id, action, idempotencyKey, afterMs: now() - stepUp.openedAt }
  if (!verification.passed) {
    const { reason, detail } = verification
    audit.finished(stepUp.case, governed, { ...ended, reason, detail })
    return fail(services, id, verification.reason)
  }
  const { method } = verification
  audit.finished(stepUp.case, governed, { ...ended, reason: 'passed', method })
  await forgiveAttempt(services, stepUp.case, stepUp.counters, browser)
  await addProof(services, stepUp.case, browser, { action, at: now(), method }, stepUp.since)
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
