import type { PasskeysPage, ShownPasskey } from './page.ts'

const noticeOf = {
  added: 'noticeAdded',
  removed: 'noticeRemoved',
  not_removed: 'noticeNotRemoved',
  last_one: 'noticeLastOne',
} as const

/** What has just happened to the passkeys of the page. */
export type PasskeyNotice = keyof typeof noticeOf

/**
 * A user's passkeys: to see, add and remove.
 *
 * @param options.scripts URLs of the scripts, in their order.
 * @param options.scriptSource where scripts may come from, as a source expression (CSP Level 3, 2.3.1).
 * @param options.connectSource where the scripts may send requests to, likewise.
 */
export function passkeysPage({
  notice,
  scriptSource,
  connectSource,
  ...content
}: {
  passkeys: readonly ShownPasskey[]
  canRemove: boolean
  notice?: PasskeyNotice | undefined
  returnHref?: string | undefined
  removeHref: string
  tenantId: string
  baseUrl: string
  username: string
  displayName: string
  scripts: readonly string[]
  scriptSource: string
  connectSource: string
  supportId: string
  uiLocales?: string | undefined
}): PasskeysPage {
  return {
    ...content,
    template: 'passkeys',
    statusCode: 200,
    title: 'passkeysTitle',
    notice: notice && noticeOf[notice],
    policy: { 'script-src': scriptSource, 'connect-src': connectSource, 'form-action': "'self'" },
    // The scripts' requests and the form are known by their Origin.
    headers: { 'referrer-policy': 'strict-origin' },
  }
}
