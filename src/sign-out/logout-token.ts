import { jwtVerify } from 'jose'
import { clockToleranceSeconds } from '../policy/age.ts'
import type { Services } from '../services.ts'

const longestAge = '10 minutes'
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** What a logout token says has ended: one session of a user, or all of them. */
export type EndedSession =
  | { readonly sid: string; readonly sub?: never }
  | { readonly sub: string; readonly sid?: never }

export type LogoutTokenServices = Pick<Services, 'config' | 'provider' | 'keys' | 'now'>

/**
 * Validates a logout token for the probe's client (OpenID Connect Back-Channel Logout 1.0, 2.6). An ID token never
 * passes for one.
 *
 * @throws Error that says what is wrong with it.
 */
export async function verifyLogoutToken(
  { config, provider, keys, now }: LogoutTokenServices,
  token: string,
): Promise<EndedSession> {
  const { payload } = await jwtVerify(token, keys, {
    // guard: logout-token-issuer
    issuer: provider.metadata.issuer,
    // guard: logout-token-audience
    audience: config.provider.probe.clientId,
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(now()),
    maxTokenAge: longestAge,
    requiredClaims: ['iat', 'events'],
  })
  const { events, nonce, sid, sub } = payload
  // guard: logout-token-nonce
  if (nonce !== undefined) throw new Error('a nonce is in it')
  // guard: logout-token-event
  if (!isObject(events) || !isObject(events[logoutEvent])) throw new Error('it is not about a logout')
  if (isText(sid)) return { sid }
  if (isText(sub)) return { sub }
  throw new Error('it names neither a session nor a user')
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
