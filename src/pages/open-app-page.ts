import { redirectUriKey } from '../config/redirect-uri-key.ts'
import type { MessagePage } from './page.ts'

/**
 * The page that hands an authorization response, or an error in its place, to an application outside of the browser by its
 * custom scheme (RFC 8252 7.1): automatically, or by its link, where a browser wants a person to press it. The page stays.
 *
 * @returns undefined for a web address, and for what a browser might run or show by itself.
 */
export function openAppPage({
  href,
  supportId,
  uiLocales,
}: {
  href: string
  supportId: string
  uiLocales?: string | undefined
}): MessagePage | undefined {
  const key = redirectUriKey(href)
  // guard: app-addresses
  if (key === undefined || /^https?:/.test(key)) return undefined
  return {
    template: 'message',
    statusCode: 200,
    title: 'formPostTitle',
    paragraphs: ['openAppText'],
    leadsOutTo: { href, label: 'openAppGo' },
    supportId,
    uiLocales,
    keepsOpener: true,
  }
}
