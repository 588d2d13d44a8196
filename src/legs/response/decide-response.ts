import { parsePrompt } from '../../oauth/prompt.ts'
import { isYounger } from '../../policy/age.ts'
import type { Decision } from '../../policy/decide.ts'
import { epochOf } from '../../records/epochs.ts'
import { type Case, keptMs, type User } from '../../records/records.ts'
import { beforeRenewal } from '../../step-up/case.ts'
import { type Judgement, judge } from '../../step-up/judge.ts'
import { carryProofs } from '../../step-up/proofs.ts'
import type { Addressee } from './addressee.ts'
import type { ReadResponse, ResponseLegServices } from './upstream-answer.ts'

/** The decision that the request leg kept for this user, used once; else a new one. */
export async function decideResponse(
  services: ResponseLegServices,
  it: ReadResponse,
  asked: Case,
  addressee: Addressee,
): Promise<Judgement> {
  const before = beforeRenewal(asked)
  if (before) await carryProofs(services, before, asked, it.browser.ids)
  const kept = await takeKept(services, asked, addressee)
  if (kept) return { decision: kept }
  const noInteraction = isSilent(addressee) ? 'prompt_none' : it.isNavigation ? undefined : 'not_a_navigation'
  return judge(services, asked, {
    policy: addressee.policy,
    leg: 'response',
    browser: it.browser,
    atRelease: true,
    tabs: [{ case: asked, isAnswered: true, held: it.held }],
    noInteraction,
  })
}

async function takeKept(
  { records, epochs, now }: ResponseLegServices,
  asked: Case,
  addressee: Addressee,
): Promise<Decision | undefined> {
  const kept = addressee.request?.kept
  if (!kept || /* guard: kept-for-a-while */ !isYounger(kept.until - keptMs, keptMs, now())) return undefined
  if (
    /* guard: kept-for-its-user */ kept.subject !== asked.user.subject ||
    /* guard: kept-for-its-session */ !sessionsOf(asked.user).includes(kept.session)
  )
    return undefined
  if (kept.decision.verdict === 'release') {
    const since = await epochs.idOf(epochOf.subject(kept.subject))
    // guard: kept-until-forgotten
    if (kept.since !== since) return undefined
  }
  if (addressee.inFlight !== undefined) {
    const taken = await records.inFlight.update(addressee.inFlight, ({ kept: current, ...request }) =>
      current ? request : undefined,
    )
    // guard: kept-once
    if (!taken) return undefined
  }
  return kept.decision
}

const sessionsOf = ({ session, renews }: User): readonly (string | undefined)[] =>
  renews ? [session, renews.session] : [session]

/** Whether the request forbids every page (`prompt=none`). */
export const isSilent = ({ request }: Addressee): boolean => parsePrompt(request?.prompt).has('none')
