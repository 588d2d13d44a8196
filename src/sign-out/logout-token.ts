import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { clockToleranceSeconds } from '../policy/age.ts'
import type { Provider } from '../provider/provider.ts'

const longestAge = '10 minutes'
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** What a logout token says has ended: one session of a user, or all of them. */
export type EndedSession =
  | { readonly sid: string; readonly sub?: never }
  | { readonly sub: string; readonly sid?: never }

/**
 * Validates a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). An ID token never passes for one.
 *
 * @throws Error that says what is wrong with it.
 */
export type VerifyLogoutToken = (token: string) => Promise<EndedSession>

/** @param ports `clientId`: the probe's, for which the token must be; `now`: epoch milliseconds. */
export function createLogoutTokenVerifier(ports: {
  readonly provider: Provider
  readonly keys: JWTVerifyGetKey
  readonly clientId: string
  readonly now: () => number
}): VerifyLogoutToken {
  const { provider, keys, clientId, now } = ports
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: provider.metadata.issuer,
      audience: clientId,
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(now()),
      maxTokenAge: longestAge,
      requiredClaims: ['iat', 'events'],
    })
    const { events, nonce, sid, sub } = payload
    if (nonce !== undefined) throw new Error('a nonce is in it')
    if (!isObject(events) || !isObject(events[logoutEvent])) throw new Error('it is not about a logout')
    if (isText(sid)) return { sid }
    if (isText(sub)) return { sub }
    throw new Error('it names neither a session nor a user')
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
