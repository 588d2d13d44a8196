import type { MessagePage } from './page.ts'

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
