import type { ClientPolicy } from '../../config/schema/schema.ts'
import type { Delivery } from '../../http/delivery.ts'
import {
  notVerifiedPage,
  pageVerifiedPage,
  rememberDevicePage,
  startAgainPage,
} from '../../pages/outcome-page.ts'
import type { Page } from '../../pages/page.ts'
import type { Case, Outcome } from '../../records/records.ts'

/** The step-up that an outcome is of, as far as it is still known. */
export interface OutcomeContext {
  readonly case?: Case
  readonly policy?: ClientPolicy
  readonly supportId: string
  /** Our own path that leads on from this step-up. */
  readonly hrefTo: (way: 'retry' | 'back' | 'remember' | 'continue') => string
}

/** What a person sees where a step-up does not end in a redirect. */
export function describeOutcome(
  outcome: Exclude<Outcome, Delivery>,
  { case: it, policy, supportId, hrefTo }: OutcomeContext,
): Page {
  const frame = { supportId, uiLocales: it?.uiLocales }
  switch (outcome.kind) {
    case 'start_again':
      return startAgainPage({ ...frame, startHref: policy && findStart(policy) })
    case 'page_verified':
      return pageVerifiedPage({ ...frame, backHref: outcome.sentFrom })
    case 'offer_device':
      return rememberDevicePage({
        ...frame,
        rememberHref: hrefTo('remember'),
        continueHref: hrefTo('continue'),
        durationMs: policy?.rememberDevice ?? 0,
      })
    case 'not_verified':
      return notVerifiedPage({
        ...frame,
        reason: outcome.reason,
        retryHref: hrefTo('retry'),
        // No application waits for a page.
        backHref: it?.page === undefined ? hrefTo('back') : undefined,
      })
  }
}

/** Where users open a client: as its policy says, or at the one web origin of its redirect URIs. */
function findStart({ startUri, redirectUris }: ClientPolicy): string | undefined {
  if (startUri !== undefined) return startUri
  const origins = new Set(redirectUris.map((uri) => new URL(uri).origin))
  const [origin, ...others] = origins
  return others.length === 0 && origin?.startsWith('https:') ? origin : undefined
}
