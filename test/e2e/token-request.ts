import type { Browser, Page } from '../lab/browser.ts'
import { secretOf } from '../lab/op-world.ts'
import type { Rp } from '../lab/rp.ts'
import type { World } from '../lab/world.ts'
import { authorizationUrl, beforeApplication, readAnswer } from './authorization.ts'

/** The Authorization header with which an application names itself (RFC 6749 2.3.1). */
export function basicOf({ clientId }: Rp): string {
  return `Basic ${Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')}`
}

/** A token request in an application's name, through the gateway. */
export function askToken(
  world: World,
  browser: Browser,
  rp: Rp,
  form: Record<string, string>,
): Promise<Page> {
  const headers = { authorization: basicOf(rp), origin: rp.url }
  return browser.post(`${world.publicUrl}/connect/token`, form, { headers })
}

export function redeem(world: World, browser: Browser, rp: Rp, code: string, of: Rp = rp): Promise<Page> {
  return askToken(world, browser, rp, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: of.redirectUri,
  })
}

/** The code of an authorization response that did not reach its application; '' without one. */
export async function interceptCode(world: World, browser: Browser, rp: Rp): Promise<string> {
  const page = await browser.navigate(authorizationUrl(world, rp), beforeApplication(rp))
  return readAnswer(page).get('code') ?? ''
}
