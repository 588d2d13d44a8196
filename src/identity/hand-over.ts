import type { PasskeySignIn } from '../config/passkeys-schema.ts'
import { selectSetCookies } from '../edge/cookies.ts'
import { toPublicCookie } from '../edge/public-names.ts'
import { Refusal } from '../edge/refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { toUpstreamRefusal } from '../upstream/failure.ts'

/** `passkeys.signIn.header`: where the OP takes a user from a header. */
export type TrustedHeader = NonNullable<PasskeySignIn['header']>

/**
 * Whom the OP shall sign in, and what of the browser's request goes along. No cookie does: the OP begins a new session,
 * whoever was signed in before, and not one whose id somebody else may know.
 */
export interface HandOver {
  /** The name under which the OP knows the person. */
  readonly user: string
  /** The names of the OP's session cookies (`provider.probe.cookies`). */
  readonly allowed: readonly string[]
  readonly userAgent: string | undefined
  readonly clientAddress: string
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
  header: TrustedHeader,
  question: HandOver,
  timeoutMs: number,
): Promise<{ setCookies: string[] }> {
  refuseUnfitUser(question.user)
  const { statusCode, setCookies } = await ask(upstream, header, question, AbortSignal.timeout(timeoutMs))
  if (statusCode >= 400) {
    throw new Refusal('passkey_refused', `the provider answered the trusted header with ${statusCode}`)
  }
  const kept = selectSetCookies(setCookies, question.allowed)
  return { setCookies: kept.map((setCookie) => toPublicCookie(setCookie, upstream.names)) }
}

/** A server that trims, folds or cuts a value would sign somebody else in. */
function refuseUnfitUser(user: string): void {
  if (user.length > longestUser || !/^[!-~](?:[ -~]*[!-~])?$/.test(user)) {
    throw new Refusal('passkey_refused', 'the user is no plain text of 1 to 255 ASCII characters')
  }
}

async function ask(
  upstream: UpstreamConnection,
  { name, path }: TrustedHeader,
  { user, userAgent, clientAddress }: HandOver,
  signal: AbortSignal,
): Promise<{ statusCode: number; setCookies: string[] }> {
  try {
    const { statusCode, headers, body } = await upstream.pool.request({
      method: 'GET',
      path,
      headers: {
        ...upstream.publicHeaders,
        'x-forwarded-for': clientAddress,
        accept: 'text/html',
        ...(userAgent !== undefined && { 'user-agent': userAgent }),
        [name]: user,
      },
      signal,
    })
    // The page is nobody's; a short one is read so that its connection serves the next request.
    body.dump({ limit: 16_384, signal }).catch(() => {})
    return { statusCode, setCookies: [headers['set-cookie'] ?? []].flat() }
  } catch (error) {
    throw toUpstreamRefusal(error)
  }
}
