import { describeMethod } from './method-names.ts'
import type { MessagePage } from './page.ts'

export interface ChallengePageOptions {
  readonly challengeUrl: string
  readonly supportId: string
  readonly uiLocales?: string | undefined
  /** The only verification methods that will count; the page waits until the person has read of them. */
  readonly acceptedMethods?: readonly string[] | undefined
  /** The challenge is an enrolment that may be left for later, until a time in epoch milliseconds. */
  readonly skip?: { readonly href: string; readonly until: number } | undefined
}

/**
 * The hop to Authsignal. A page and not a redirect, since the `form-action` of the page that started the sign-in
 * binds every redirect that follows its form (CSP Level 3, form-action).
 */
export function challengePage(options: ChallengePageOptions): MessagePage {
  const { challengeUrl, supportId, uiLocales, acceptedMethods = [], skip } = options
  const frame = { template: 'message', statusCode: 200, supportId, uiLocales } as const
  const accepted = acceptedMethods.map(describeMethod)
  const rule =
    accepted.length > 0
      ? [{ key: 'challengeAccepted', values: { methods: { anyOf: accepted } } } as const]
      : []
  if (skip) {
    return {
      ...frame,
      title: 'setUpTitle',
      paragraphs: ['setUpText', ...rule, { key: 'setUpUntil', values: { until: { time: skip.until } } }],
      links: [
        { href: challengeUrl, label: 'setUpNow' },
        { href: skip.href, label: 'setUpLater' },
      ],
    }
  }
  const links = [{ href: challengeUrl, label: 'challengeGo' }] as const
  return accepted.length > 0
    ? { ...frame, title: 'challengeTitle', paragraphs: ['challengeAsk', ...rule], links }
    : { ...frame, title: 'challengeTitle', paragraphs: ['challengeText'], links, refreshTo: challengeUrl }
}
