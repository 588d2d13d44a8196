import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { ResponseContent } from '../oauth/authorization-response.ts'
import { clockToleranceSeconds } from '../policy/age.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { Provider } from './provider.ts'

const timeoutMs = 5_000

/** The user and client for which the tokens of an authorization response must be issued. */
export interface ExpectedOwner {
  readonly clientId: string
  /** The value of the claim that is compared everywhere. */
  readonly subject: string
  readonly subjectClaim: string
}

/** What of the gateway's services it takes to verify tokens. */
export interface TokenVerification {
  readonly provider: Provider
  readonly upstream: UpstreamConnection
  readonly keys: JWTVerifyGetKey
}

/**
 * Whether every token that an authorization response hands to the browser is the user's: an ID token by its signature
 * and claims (OIDC Core 3.2.2.11), an access token by what the userinfo endpoint says to it. Never throws.
 */
export async function verifyFrontChannel(
  services: TokenVerification,
  response: ResponseContent,
  owner: ExpectedOwner,
): Promise<boolean> {
  const idToken = response.get('id_token')
  const accessToken = response.get('access_token')
  try {
    if (idToken !== undefined && !(await isIdTokenOf(services, idToken, owner))) return false
    return accessToken === undefined || (await isAccessTokenOf(services, accessToken, owner))
  } catch {
    return false
  }
}

async function isIdTokenOf(
  { provider, keys }: TokenVerification,
  idToken: string,
  owner: ExpectedOwner,
): Promise<boolean> {
  const { payload } = await jwtVerify(idToken, keys, {
    issuer: provider.metadata.issuer,
    // guard: id-token-audience
    audience: owner.clientId,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['sub', 'exp', 'iat'],
  })
  // guard: id-token-subject
  return payload[owner.subjectClaim] === owner.subject
}

async function isAccessTokenOf(
  { provider, upstream }: TokenVerification,
  accessToken: string,
  owner: ExpectedOwner,
): Promise<boolean> {
  const endpoint = provider.metadata.userinfo_endpoint
  if (endpoint === undefined) return false
  const response = await upstream.fetch(endpoint, {
    headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) return false
  const claims = (await response.json()) as Record<string, unknown>
  // guard: access-token-subject
  return claims[owner.subjectClaim] === owner.subject
}
