import type { PasskeySignIn } from '../config/schema/passkeys-schema.ts'
import { selectSetCookies } from '../http/cookies.ts'
import { toPublicCookie } from '../http/public-names.ts'
import { type Asker, askForBrowser } from '../probe/ask-for-browser.ts'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'

/** `passkeys.signIn.header`: where the OP takes a user from a header. */
export type TrustedHeader = NonNullable<PasskeySignIn['header']>

/**
 * Whom the OP must sign in, for which browser. No cookie is sent: the OP begins a new session even if somebody was signed
 * in before, and not one whose id somebody else may know.
 */
export interface HandOver extends Asker {
  /** The name under which the OP knows the person. */
  readonly user: string
  /** The names of the OP's session cookies (`provider.probe.cookies`). */
  readonly allowed: readonly string[]
}

const longestUser = 255

/**
 * Asks the OP once, in the name of a browser, with the header in which it takes a user for signed in. That the OP
 * answers well proves nothing yet: ask it who is signed in with the cookies that come back.
 *
 * @returns the Set-Cookie lines of the OP's session cookies, as the public address may pass them on.
 * @throws Refusal `passkey_refused` for a user that can't stand in a header as it is, before anything is sent, and for
 *   a status of 400 or more; else what `toUpstreamRefusal` makes of the failure.
 */
export async function askWithTrustedHeader(
  upstream: UpstreamConnection,
  { name, path }: TrustedHeader,
  { user, allowed, ...asker }: HandOver,
  timeoutMs: number,
): Promise<{ setCookies: string[] }> {
  // guard: users-that-fit
  refuseUnfitUser(user)
  const signal = AbortSignal.timeout(timeoutMs)
  const { statusCode, headers } = await askForBrowser(upstream, path, asker, { [name]: user }, signal)
  // guard: failed-hand-over
  if (statusCode >= 400) {
    throw new Refusal('passkey_refused', `the provider answered the trusted header with ${statusCode}`)
  }
  // guard: hand-over-cookies
  const kept = selectSetCookies([headers['set-cookie'] ?? []].flat(), allowed)
  return { setCookies: kept.map((setCookie) => toPublicCookie(setCookie, upstream.names)) }
}

/** A server that trims, folds or cuts a value would sign somebody else in. */
function refuseUnfitUser(user: string): void {
  if (user.length > longestUser || !/^[!-~](?:[ -~]*[!-~])?$/.test(user)) {
    throw new Refusal('passkey_refused', 'the user is no plain text of 1 to 255 ASCII characters')
  }
}
