import { type Authsignal, AuthsignalError, type TrackRequest } from '../authsignal/authsignal.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
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
import type { Policies } from '../policy/policies.ts'
import type { Case, Proofs, Records, Waiting } from '../records/records.ts'
import { ownedBy } from '../store/owners.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { Attempts } from './attempts.ts'
import { isRequestUnknown } from './case.ts'
import type { Openings } from './openings.ts'
import type { Recall } from './recall.ts'
import { describeTrackRequest } from './track-request.ts'

/** How a case is judged. */
export interface Occasion {
  readonly policy: ClientPolicy
  readonly browser: Browser
  /** At a release a pass is spent; before, it is only seen. */
  readonly atRelease: boolean
  /** Why no challenge could be shown now, if so. */
  readonly noInteraction?: 'prompt_none' | 'not_a_navigation'
  /** The tabs that would wait for the challenge. */
  readonly tabs: readonly Waiting[]
  /** The user wants to put off the enrolment that Authsignal would lead to. */
  readonly skipsEnrolment?: boolean
}

export interface Judgement {
  readonly decision: Decision
  /** The step-up to send the browser to, where the decision is an enforced challenge. */
  readonly stepUpId?: string
}

export type Judge = (it: Case, occasion: Occasion) => Promise<Judgement>

export interface JudgePorts {
  readonly config: Config
  readonly policies: Policies
  readonly records: Records
  readonly recall: Recall
  readonly openings: Openings
  readonly attempts: Attempts
  readonly authsignal: Authsignal
  readonly audit: Audit
  readonly now: () => number
}

/**
 * Makes the one function that decides: first from what is remembered, then from a step-up that is open for the same
 * need, last by asking Authsignal. Each decision leaves an audit line.
 */
export function createJudge(ports: JudgePorts): Judge {
  const { config, policies, records, recall, openings, attempts, audit, now } = ports

  async function decide(it: Case, occasion: Occasion): Promise<Judgement> {
    const { policy, browser } = occasion
    await recall.claimSignIn(it, policy.action, browser.ids)
    const proofs = await recall.findProofs(it, browser.ids)
    const pass = await (occasion.atRelease ? recall.spendPass : recall.findPass)(
      it,
      policy.action,
      browser.ids,
    )
    const remembered = decideFromMemory(
      policy,
      it.user.amr,
      {
        ...(pass && { pass }),
        proofs: proofs
          .filter(({ action }) => action === policy.action)
          .map(({ method, at }) => ({ method, at })),
      },
      now(),
    )
    if (remembered) return { decision: remembered }
    if (occasion.noInteraction) return askSilently(it, occasion, occasion.noInteraction, proofs)
    const open = await openings.join(it, policy.action, browser.ids, occasion.tabs)
    if (open !== undefined) {
      return { decision: { verdict: 'challenge', reason: 'step_up_open' }, stepUpId: open }
    }
    return ask(it, occasion, proofs)
  }

  /** Where no challenge can be shown, Authsignal is not asked the same more than once a minute. */
  async function askSilently(
    it: Case,
    occasion: Occasion,
    reason: 'prompt_none' | 'not_a_navigation',
    proofs: Proofs['stepUps'],
  ): Promise<Judgement> {
    const { user, scope = [], acrValues } = it
    const { ids, address } = occasion.browser
    // In the session that asks: nobody else makes a renewal fail there, nor does one who asks for more.
    const where = user.session ?? ids[0] ?? groupAddress(address)
    const asked = JSON.stringify([...scope].sort())
    const key = hashOf(user.subject, policies.counterOf(it), where, asked, acrValues)
    const earlier = await records.silentDenials.get(key)
    if (earlier) return { decision: earlier }
    if (!(await attempts.mayAskSilently(it, occasion.browser))) {
      return { decision: deny(reason, 'interaction_required') }
    }
    const { decision } = await ask(it, occasion, proofs)
    const silent = withoutInteraction(decision, reason)
    if (silent.verdict === 'deny') {
      await records.silentDenials.set(key, silent, ownedBy(it.user.subject))
    }
    return { decision: silent }
  }

  async function ask(it: Case, occasion: Occasion, proofs: Proofs['stepUps']): Promise<Judgement> {
    const { policy, browser } = occasion
    if (occasion.noInteraction === undefined && (await attempts.isExhausted(it, browser))) {
      return { decision: deny('too_many_challenges', 'access_denied') }
    }
    const id = createId()
    const nonce = createId()
    const idempotencyKey = createId()
    const isShown = policy.mode === 'enforce' && occasion.noInteraction === undefined
    const [owner] = browser.ids
    const { outcome, url, acceptedMethods } = await track(ports, policy, {
      ...describeTrackRequest(it, occasion, proofs, now()),
      idempotencyKey,
      redirectUrl: `${config.publicUrl}${config.pathPrefix}/return/${id}/${nonce}`,
    })
    const isUnknown = isRequestUnknown(it)
    const mayBeSkipped = it.page === undefined && !isUnknown && isSkippable(policy, now())
    const decision = decideFromTrack(policy, outcome, {
      isSkipped: mayBeSkipped && occasion.skipsEnrolment === true,
      isRequestUnknown: isUnknown,
    })
    if (decision.verdict !== 'challenge' || url === undefined || !isShown) return { decision }
    const counters = await attempts.count(it, browser)
    if (counters === undefined) {
      return { decision: deny('too_many_challenges', 'access_denied') }
    }
    await openings.open(id, {
      state: 'open',
      case: it,
      action: policy.action,
      idempotencyKey,
      challengeUrl: url,
      nonceHash: hashOf(nonce),
      openedAt: now(),
      counters,
      waiting: occasion.tabs,
      ...(owner !== undefined && { browser: owner }),
      ...(acceptedMethods && { acceptedMethods }),
      ...(decision.reason === 'enrolment_required' &&
        mayBeSkipped &&
        policy.graceUntil !== undefined && { skippableUntil: policy.graceUntil }),
      ...(policy.rememberDevice !== undefined && { offersDevice: true }),
    })
    return { decision, stepUpId: id }
  }

  return async (it, occasion) => {
    const judgement = await decide(it, occasion)
    if (judgement.decision.verdict === 'release') await attempts.remember(it)
    audit.decision(it, occasion.policy, judgement.decision, occasion.atRelease ? 'release' : 'request')
    return judgement
  }
}

async function track(
  { authsignal, audit }: JudgePorts,
  { methods }: ClientPolicy,
  request: TrackRequest,
): Promise<{ outcome: TrackOutcome; url?: string | undefined; acceptedMethods?: readonly string[] }> {
  try {
    const { state, isEnrolled, url, refusedOrigin, offered } = await authsignal.track(request)
    if (refusedOrigin !== undefined) audit.security('challenge_host_refused', { origin: refusedOrigin })
    const isChoiceFree = methods.length === 0 || offered?.every((method) => methods.includes(method)) === true
    return {
      outcome: { state, isEnrolled, hasChallengeUrl: url !== undefined },
      url,
      ...(!isChoiceFree && { acceptedMethods: methods }),
    }
  } catch (error) {
    if (!(error instanceof AuthsignalError)) throw error
    return { outcome: { state: 'no_answer', kind: error.kind === 'unavailable' ? 'unavailable' : 'refused' } }
  }
}
