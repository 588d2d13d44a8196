import type { NotVerifiedReason } from '../step-up/records.ts'
import { type Page, renderPage } from './layout.ts'

const wordsOf: Readonly<Record<NotVerifiedReason, readonly [title: string, text: string]>> = {
  cancelled: ['You left the verification', "Without it the sign-in can't be finished."],
  failed: ['The verification did not succeed', 'You can try again, or go back to the application.'],
  method_not_allowed: [
    'Please verify another way',
    'The application does not accept the method that you used. Try again and choose another one.',
  ],
  denied: [
    'This sign-in was not allowed',
    'If you think that this is a mistake, please contact support and give them the id below.',
  ],
  unavailable: [
    'Verification is not available right now',
    'Your verification could not be confirmed. Please wait a moment and try again.',
  ],
}

/**
 * After a verification that does not count.
 *
 * @param options.retryHref a new verification for the same sign-in; no link without it.
 * @param options.backHref leads to the application, with an error that it understands; no link without it.
 */
export function notVerifiedPage(options: {
  reason: NotVerifiedReason
  retryHref?: string
  backHref?: string
  supportId: string
}): Page {
  const { reason, retryHref, backHref, supportId } = options
  const [title, text] = wordsOf[reason]
  const links = [
    ...(retryHref === undefined ? [] : [{ href: retryHref, label: 'Try again' }]),
    ...(backHref === undefined ? [] : [{ href: backHref, label: 'Back to the application' }]),
  ]
  const html = renderPage({ title, paragraphs: [text], links, supportId })
  return reason === 'unavailable'
    ? { statusCode: 503, html, headers: { 'retry-after': '5' } }
    : { statusCode: 403, html }
}

/** After a verification that counts, for a sign-in that the browser can't go on with by itself. */
export function startAgainPage({ supportId }: { supportId: string }): Page {
  const html = renderPage({
    title: 'You are verified',
    paragraphs: [
      'Please go back to the application and start the sign-in again. You will not be asked to verify a second time if you do so within a few minutes.',
    ],
    supportId,
  })
  return { statusCode: 200, html }
}
