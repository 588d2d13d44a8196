import type { Page } from '../lab/browser.ts'
import type { Rp } from '../lab/rp.ts'
import type { World } from '../lab/world.ts'

/** An authorization request as no application of the lab would send it. Undefined leaves a parameter out. */
export function authorizationUrl(
  { publicUrl }: World,
  { clientId, redirectUri }: Rp,
  changes: Record<string, string | undefined> = {},
): string {
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    state: 'the state',
    nonce: 'the nonce',
    ...changes,
  }
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `${publicUrl}/connect/authorize?${new URLSearchParams(sent)}`
}

/** A visit that ends before the application sees the answer to its request. */
export const beforeApplication = ({ redirectUri }: Rp) => ({
  stopBefore: (url: URL) => url.href.startsWith(`${redirectUri}?`),
})

/** The answer that a page leads to the application with. */
export function readAnswer(page: Page): URLSearchParams {
  return new URL(String(page.headers['location'])).searchParams
}
