import { AuthsignalError, type TrackRequest } from '../authsignal/authsignal.ts'
import type { ClientPolicy } from '../config/schema/schema.ts'
import { createId, hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import type { Browser } from '../http/browser.ts'
import {
  type Decision,
  decideFromMemory,
  decideFromTrack,
  deny,
  isSkippable,
  type TrackOutcome,
  withoutInteraction,
} from '../policy/decide.ts'
import { epochOf } from '../records/epochs.ts'
import type { Case, Proofs, StepUp, Waiting } from '../records/records.ts'
import type { Services } from '../services.ts'
import { ownedBy } from '../store/owners.ts'
import type { AuthsignalFields, Leg } from '../telemetry/audit-line.ts'
import { timed } from '../telemetry/request-context.ts'
import { areAttemptsExhausted, countAttempt, mayAskSilently, rememberSession } from './attempts.ts'
import { beforeRenewal, isRequestUnknown } from './case.ts'
import { describeAnswer, describeEvidence, describeFailure, type Seen } from './evidence.ts'
import { joinStepUp, openStepUp } from './openings.ts'
import { findPass, spendPass } from './passes.ts'
import { findProofs } from './proofs.ts'
import { claimSignIn } from './sign-ins.ts'
import { describeTrackRequest } from './track-request.ts'

/** How a case is judged. */
export interface Occasion {
  readonly policy: ClientPolicy
  /** For the audit. */
  readonly leg: Leg
  readonly browser: Browser
  /** At a release a pass is spent; before, it is only seen. */
  readonly atRelease: boolean
  /** Why no challenge could be shown now, if so. */
  readonly noInteraction?: 'prompt_none' | 'not_a_navigation' | undefined
  /** The tabs that would wait for the challenge. */
  readonly tabs: readonly Waiting[]
  /** The user wants to put off the enrolment that Authsignal would lead to. */
  readonly skipsEnrolment?: boolean | undefined
}

export interface Judgement {
  readonly decision: Decision
  /** The step-up to send the browser to, where the decision is an enforced challenge. */
  readonly stepUpId?: string
}

interface Judged extends Judgement {
  readonly seen: Seen
}

export type JudgeServices = Pick<
  Services,
  'config' | 'policies' | 'records' | 'epochs' | 'authsignal' | 'audit' | 'now' | 'tracing'
>

/**
 * Decides: first from what is remembered, then from a step-up that is open for the same need, last by asking
 * Authsignal. Each decision leaves an audit line.
 */
export async function judge(services: JudgeServices, it: Case, occasion: Occasion): Promise<Judgement> {
  const { seen, ...judgement } = await decide(services, it, occasion)
  const { decision, stepUpId } = judgement
  if (decision.verdict === 'release') await rememberSession(services, it)
  const evidence = describeEvidence(it, occasion.policy, seen, services.now())
  services.audit.decision(it, occasion, decision, { ...evidence, stepUpId })
  return judgement
}

async function decide(services: JudgeServices, it: Case, occasion: Occasion): Promise<Judged> {
  const { policy, browser, tabs, noInteraction } = occasion
  const { action } = policy
  await claimSignIn(services, it, action, browser.ids)
  const shown = await findProofs(services, it, browser.ids)
  const takePass = occasion.atRelease ? spendPass : findPass
  const before = beforeRenewal(it)
  const pass =
    (await takePass(services, it, action, browser.ids)) ??
    (before && (await takePass(services, before, action, browser.ids)))
  const proofs = shown.filter((proof) => proof.action === action)
  const remembered = decideFromMemory(policy, it.user.amr, { pass, proofs }, services.now())
  const seen = { proofs: shown }
  if (remembered) return { decision: remembered, seen }
  if (noInteraction) return askSilently(services, it, { ...occasion, noInteraction }, shown)
  const open = await joinStepUp(services, it, action, browser.ids, tabs)
  if (open !== undefined) {
    return { decision: { verdict: 'challenge', reason: 'step_up_open' }, stepUpId: open, seen }
  }
  return ask(services, it, occasion, shown)
}

/** Where no challenge can be shown, Authsignal is not asked the same more than once a minute. */
async function askSilently(
  services: JudgeServices,
  it: Case,
  occasion: Occasion & { readonly noInteraction: 'prompt_none' | 'not_a_navigation' },
  proofs: Proofs['stepUps'],
): Promise<Judged> {
  const { policies, records } = services
  const { user, scope = [], acrValues } = it
  const { noInteraction: reason, browser } = occasion
  const { ids, address } = browser
  // In the session that asks: nobody else makes a renewal fail there, nor does one who asks for more.
  // guard: silent-refusals-by-place
  const where = user.session ?? ids[0] ?? groupAddress(address)
  const asked = JSON.stringify([...scope].sort())
  const key = hashOf(
    user.subject,
    policies.counterOf(it),
    where,
    /* guard: silent-refusals-by-scope */ asked,
    /* guard: silent-refusals-by-acr */ acrValues,
  )
  const earlier = await records.silentDenials.get(key)
  if (earlier) return { decision: earlier, seen: { proofs } }
  // guard: questions-of-strangers
  if (!(await mayAskSilently(services, it, browser))) {
    return { decision: deny(reason, 'interaction_required'), seen: { proofs } }
  }
  const { decision, seen } = await ask(services, it, occasion, proofs)
  const silent = withoutInteraction(decision, reason)
  if (silent.verdict === 'deny') await records.silentDenials.set(key, silent, ownedBy(user.subject))
  return { decision: silent, seen }
}

async function ask(
  services: JudgeServices,
  it: Case,
  occasion: Occasion,
  proofs: Proofs['stepUps'],
): Promise<Judged> {
  const { config, now } = services
  const { policy, browser, noInteraction } = occasion
  if (noInteraction === undefined && (await areAttemptsExhausted(services, it, browser)))
    return { decision: tooMany, seen: { proofs } }
  const trip = { id: createId(), nonce: createId(), idempotencyKey: createId() }
  const answer = await track(services, policy, {
    ...describeTrackRequest(it, occasion, proofs, now()),
    idempotencyKey: trip.idempotencyKey,
    redirectUrl: `${config.publicUrl}${config.pathPrefix}/return/${trip.id}/${trip.nonce}`,
  })
  const isUnknown = isRequestUnknown(it)
  const mayBeSkipped = it.page === undefined && !isUnknown && isSkippable(policy, now())
  const decision = decideFromTrack(policy, answer.outcome, {
    isSkipped: mayBeSkipped && occasion.skipsEnrolment === true,
    isRequestUnknown: isUnknown,
  })
  const { url, acceptedMethods } = answer
  const seen = { proofs, authsignal: answer.said }
  const isShown = policy.mode === 'enforce' && noInteraction === undefined
  if (decision.verdict !== 'challenge' || url === undefined || !isShown) return { decision, seen }
  const isSkippableNow = decision.reason === 'enrolment_required' && mayBeSkipped
  const skippableUntil = isSkippableNow ? policy.graceUntil : undefined
  const challenge = { challengeUrl: url, acceptedMethods, skippableUntil }
  return (await openFor(services, it, occasion, trip, challenge))
    ? { decision, stepUpId: trip.id, seen }
    : { decision: tooMany, seen }
}

const tooMany = deny('too_many_challenges', 'access_denied')

/** What names one trip to Authsignal. */
interface Trip {
  readonly id: string
  /** Only the browser that finishes the challenge learns it. */
  readonly nonce: string
  readonly idempotencyKey: string
}

/** Opens a step-up; false where it is one too many, as others were opened meanwhile. */
async function openFor(
  services: JudgeServices,
  it: Case,
  { policy, browser, tabs }: Occasion,
  { id, nonce, idempotencyKey }: Trip,
  challenge: Pick<StepUp, 'challengeUrl' | 'acceptedMethods' | 'skippableUntil'>,
): Promise<boolean> {
  const counters = await countAttempt(services, it, browser)
  if (counters === undefined) return false
  const { subject } = it.user
  await openStepUp(services, id, {
    ...challenge,
    state: 'open',
    case: it,
    action: policy.action,
    idempotencyKey,
    nonceHash: hashOf(nonce),
    browser: browser.ids[0],
    openedAt: services.now(),
    trace: services.tracing?.here,
    since: await services.epochs.enter(epochOf.subject(subject), ownedBy(subject)),
    counters,
    waiting: tabs,
    offersDevice: policy.rememberDevice !== undefined,
  })
  return true
}

/** What Authsignal says, where its challenge is, and the methods that count if the user could choose one that does not. */
interface Tracked {
  readonly outcome: TrackOutcome
  readonly url?: string | undefined
  readonly acceptedMethods?: readonly string[] | undefined
  /** For the audit. */
  readonly said: AuthsignalFields
}

async function track(
  { authsignal, audit }: Pick<Services, 'authsignal' | 'audit'>,
  { methods }: ClientPolicy,
  request: TrackRequest,
): Promise<Tracked> {
  const { idempotencyKey } = request
  try {
    const answer = await timed('track', () => authsignal.track(request))
    const { state, isEnrolled, url, refusedOrigin, offered } = answer
    if (refusedOrigin !== undefined) audit.security('challenge_host_refused', { origin: refusedOrigin })
    const isChoiceFree = methods.length === 0 || offered?.every((method) => methods.includes(method)) === true
    return {
      outcome: { state, isEnrolled, hasChallengeUrl: url !== undefined },
      url,
      acceptedMethods: isChoiceFree ? undefined : methods,
      said: describeAnswer(answer, idempotencyKey),
    }
  } catch (error) {
    if (!(error instanceof AuthsignalError)) throw error
    const kind = error.kind === 'unavailable' ? 'unavailable' : 'refused'
    return { outcome: { state: 'no_answer', kind }, said: describeFailure(error, idempotencyKey) }
  }
}
