import { describePasskeys } from './describe-passkeys.ts'
import type { FormPostPage, ShownPasskey } from './page.ts'

/**
 * Asks whether a passkey shall really be removed. It needs no script.
 *
 * @param options.removeHref where the form goes, with the id in it.
 * @param options.keepHref the list of passkeys.
 */
export function passkeyRemovalPage({
  passkey,
  removeHref,
  keepHref,
  supportId,
}: {
  passkey: ShownPasskey
  removeHref: string
  keepHref: string
  supportId: string
}): FormPostPage {
  const described = describePasskeys([passkey])
  return {
    template: 'form-post',
    statusCode: 200,
    title: 'passkeyRemovalTitle',
    paragraphs: [
      { key: 'passkeyRemovalText', values: { name: { word: passkey.name } } },
      ...described.flatMap(({ created, used }) => [created, used]),
      'passkeyRemovalAfter',
    ],
    waits: true,
    form: { action: removeHref, method: 'post', fields: [['id', passkey.id]], label: 'passkeyRemove' },
    links: [{ href: keepHref, label: 'passkeyKeep' }],
    supportId,
    policy: { 'form-action': "'self'" },
    // The form is known by its Origin.
    headers: { 'referrer-policy': 'strict-origin' },
  }
}
