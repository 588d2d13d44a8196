import { type Page, renderPage } from './layout.ts'

/**
 * The hop to Authsignal. A page and not a redirect, since the `form-action` of the page that started the sign-in
 * binds every redirect that follows its form (CSP Level 3, form-action).
 */
export function challengePage({
  challengeUrl,
  supportId,
}: {
  challengeUrl: string
  supportId: string
}): Page {
  const html = renderPage({
    title: 'One more step',
    paragraphs: [
      'To finish the sign-in, please verify that it is you. You are being taken to the verification.',
    ],
    links: [{ href: challengeUrl, label: 'Continue to verification' }],
    refreshTo: challengeUrl,
    supportId,
  })
  return { statusCode: 200, html }
}
