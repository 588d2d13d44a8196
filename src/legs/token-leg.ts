import type { ClientPolicy } from '../config/schema.ts'
import { readClient } from '../edge/client-authentication.ts'
import type { Parameters } from '../edge/parameters.ts'
import { TokenError } from '../edge/token-error.ts'
import { isYounger } from '../policy/age.ts'
import type { Policies } from '../policy/policies.ts'
import type { Records, ReleasedCode } from '../step-up/records.ts'
import type { Audit } from '../telemetry/audit.ts'

export interface TokenLegPorts {
  readonly policies: Policies
  readonly records: Records
  readonly audit: Audit
  readonly now: () => number
}

/** A token request that went on to the OP, and what its answer is held to. */
export interface Redemption {
  readonly clientId: string | undefined
  readonly grantType: string
  /** Set where the code, or the code that a refresh token came from, was released for a protected client. */
  readonly release?: ReleasedCode
}

/**
 * The token leg, on the way in: only a released code redeems, only for its client, and a protected client uses only
 * the grants on its list.
 *
 * @throws {TokenError} with the answer for the client.
 */
export async function onTokenRequest(
  { policies, records, audit, now }: TokenLegPorts,
  authorization: string | undefined,
  parameters: Parameters,
): Promise<Redemption> {
  const { names, policy } = findClient(policies, authorization, parameters)
  const [clientId] = names
  const grantType = parameters.get('grant_type') ?? ''
  const isEnforced = policy.mode === 'enforce'
  if (isEnforced && !policy.grants.includes(grantType)) {
    throw new TokenError('unauthorized_client', `the grant ${grantType} is not on the client's list`)
  }
  const other = findOtherAudience(policies, grantType, parameters)
  if (other !== undefined) {
    audit.security('token_exchange_for_protected_client', { client_id: clientId, audience: other.clientId })
    throw new TokenError('unauthorized_client', 'a protected client is named whose list lacks token exchange')
  }
  const release = await findRelease(records, grantType, parameters).catch((error) => {
    if (isEnforced) throw error
    return undefined
  })
  if (isEnforced && !release && needsRelease(policy, grantType)) {
    audit.security('unreleased_grant', { client_id: clientId, grant_type: grantType })
    throw new TokenError('invalid_grant', 'no release recorded this grant')
  }
  if (isEnforced && release && grantType === 'refresh_token' && isTooOld(policy, release, now())) {
    throw new TokenError('invalid_grant', 'the release is older than refreshMaxAge')
  }
  if (release && clientId !== undefined && !names.includes(release.clientId)) {
    audit.security('grant_of_another_client', { client_id: clientId, released_to: release.clientId })
    throw new TokenError('invalid_grant', 'the grant was released to another client')
  }
  return { clientId: release?.clientId ?? clientId, grantType, ...(release && { release }) }
}

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** A protected client that a token exchange asks tokens for (RFC 8693 2.1), where its own list lacks that grant. */
function findOtherAudience(
  policies: Policies,
  grantType: string,
  parameters: Parameters,
): ClientPolicy | undefined {
  if (grantType !== tokenExchange) return undefined
  return ['audience', 'resource']
    .flatMap((name) => parameters.all(name))
    .map((audience) => policies.ofClient(audience))
    .find(({ mode, grants }) => mode === 'enforce' && !grants.includes(tokenExchange))
}

function needsRelease({ refreshTokens, refreshMaxAge }: ClientPolicy, grantType: string): boolean {
  if (grantType === 'authorization_code') return true
  // A refresh token of unknown age is older than any.
  return grantType === 'refresh_token' && (refreshTokens === 'released' || refreshMaxAge !== undefined)
}

const isTooOld = ({ refreshMaxAge }: ClientPolicy, { releasedAt }: ReleasedCode, now: number): boolean =>
  refreshMaxAge !== undefined && !isYounger(releasedAt, refreshMaxAge, now)

/** By what names the client of a request may go at the OP, the protected one first, and the policy that governs it. */
function findClient(policies: Policies, authorization: string | undefined, parameters: Parameters) {
  const { clientId, otherReading } = readClient(authorization, parameters)
  const read = [clientId, otherReading].filter((name) => name !== undefined)
  const isEnforced = (name: string): boolean => policies.ofClient(name).mode === 'enforce'
  const names = [...read].sort((a, b) => Number(isEnforced(b)) - Number(isEnforced(a)))
  return { names, policy: policies.ofClient(names[0] ?? '') }
}

const grantOfEndpoint = {
  pushed_authorization: 'authorization_code',
  device_authorization: 'urn:ietf:params:oauth:grant-type:device_code',
  backchannel_authentication: 'urn:openid:params:grant-type:ciba',
} as const

/**
 * A flow that starts outside the browser (RFC 9126, RFC 8628, CIBA): a protected client needs its grant on the list.
 *
 * @returns the policy that governs the client.
 * @throws {TokenError} `unauthorized_client`.
 */
export function requireGrant(
  { policies }: TokenLegPorts,
  endpoint: keyof typeof grantOfEndpoint,
  authorization: string | undefined,
  parameters: Parameters,
): ClientPolicy {
  const { policy } = findClient(policies, authorization, parameters)
  if (policy.mode === 'enforce' && !policy.grants.includes(grantOfEndpoint[endpoint])) {
    throw new TokenError('unauthorized_client', `${endpoint} needs a grant that is not on the client's list`)
  }
  return policy
}

/** Every code and refresh token is looked up, whoever redeems it. */
async function findRelease(
  records: Records,
  grantType: string,
  parameters: Parameters,
): Promise<ReleasedCode | undefined> {
  // A released code in a refresh request says nothing of the refresh token.
  const isRefresh = grantType === 'refresh_token'
  const secret = parameters.get(isRefresh ? 'refresh_token' : 'code')
  if (secret === undefined) return undefined
  return isRefresh ? records.refreshTokens.get(secret) : records.codes.get(secret)
}
