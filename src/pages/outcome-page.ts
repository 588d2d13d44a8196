import type { NotVerifiedReason } from '../records/records.ts'
import type { Link, MessagePage } from './page.ts'
import type { Text } from './text.ts'

const wordsOf: Readonly<Record<NotVerifiedReason, readonly [title: Text, text: Text]>> = {
  cancelled: ['cancelledTitle', 'cancelledText'],
  failed: ['failedTitle', 'failedText'],
  method_not_allowed: ['methodTitle', 'methodText'],
  denied: ['deniedTitle', 'giveIdToSupport'],
  unavailable: ['unconfirmedTitle', 'unconfirmedText'],
}

/**
 * After a verification that does not count.
 *
 * @param options.retryHref a new verification for the same sign-in; no link without it.
 * @param options.backHref leads to the application, with an error that it understands; no link without it.
 */
export function notVerifiedPage(options: {
  reason: NotVerifiedReason
  retryHref?: string | undefined
  backHref?: string | undefined
  supportId: string
  uiLocales?: string | undefined
}): MessagePage {
  const { reason, retryHref, backHref, supportId, uiLocales } = options
  const [title, text] = wordsOf[reason]
  const isPassing = reason === 'unavailable'
  return {
    template: 'message',
    statusCode: isPassing ? 503 : 403,
    title,
    paragraphs: [text],
    links: [...toLinks(retryHref, 'tryAgain'), ...toLinks(backHref, 'backToApplication')],
    supportId,
    uiLocales,
    headers: isPassing ? { 'retry-after': '5' } : undefined,
  }
}

/**
 * After a successful verification, for a sign-in that the browser can't continue.
 *
 * @param options.startHref where the application is; no link without it.
 */
export function startAgainPage({
  startHref,
  supportId,
  uiLocales,
}: {
  startHref?: string | undefined
  supportId: string
  uiLocales?: string | undefined
}): MessagePage {
  return {
    template: 'message',
    statusCode: 200,
    title: 'verifiedTitle',
    paragraphs: ['verifiedText'],
    links: toLinks(startHref, 'backToApplication'),
    supportId,
    uiLocales,
  }
}

/** A form was posted to a page that needs a verification: it is not kept, so that it has to be sent again. */
export function verifyFirstPage(options: {
  challengeHref: string
  supportId: string
  uiLocales?: string | undefined
}): MessagePage {
  const { challengeHref, supportId, uiLocales } = options
  return {
    template: 'message',
    statusCode: 403,
    title: 'notDoneTitle',
    paragraphs: ['notDoneText', 'notDoneNext'],
    links: [{ href: challengeHref, label: 'notDoneGo' }],
    supportId,
    uiLocales,
  }
}

/** After a verification that counts for a page to which something was sent. */
export function pageVerifiedPage(options: {
  backHref?: string | undefined
  supportId: string
  uiLocales?: string | undefined
}): MessagePage {
  const { backHref, supportId, uiLocales } = options
  return {
    template: 'message',
    statusCode: 200,
    title: 'pageVerifiedTitle',
    paragraphs: ['pageVerifiedText'],
    links: toLinks(backHref, 'pageVerifiedBack'),
    supportId,
    uiLocales,
  }
}

function toLinks(href: string | undefined, label: Link['label']): Link[] {
  return href === undefined ? [] : [{ href, label }]
}

/** After a verification that counts: asks whether the device shall be remembered. Both links lead on. */
export function rememberDevicePage(options: {
  rememberHref: string
  continueHref: string
  durationMs: number
  supportId: string
  uiLocales?: string | undefined
}): MessagePage {
  const { rememberHref, continueHref, durationMs, supportId, uiLocales } = options
  return {
    template: 'message',
    statusCode: 200,
    title: 'rememberTitle',
    paragraphs: [{ key: 'rememberText', values: { duration: { durationMs } } }, 'rememberOnlyOwn'],
    links: [
      { href: rememberHref, label: 'rememberYes' },
      { href: continueHref, label: 'rememberNo' },
    ],
    supportId,
    uiLocales,
  }
}
