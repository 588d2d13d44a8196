import type { ClientPolicy } from '../../config/schema/schema.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import type { Policies } from '../../policy/policies.ts'
import type { Records, ReleasedCode } from '../../records/records.ts'

/** What is on record of the code and of the refresh token in a token request, whatever its grant type. */
export interface RedeemedGrant {
  readonly code: ReleasedCode | undefined
  readonly refreshToken: ReleasedCode | undefined
}

/** Every code and refresh token is looked up, whichever client redeems it. */
export async function findRedeemedGrant(records: Records, parameters: Parameters): Promise<RedeemedGrant> {
  const code = parameters.get('code')
  const refreshToken = parameters.get('refresh_token')
  return {
    code: code === undefined ? undefined : await records.codes.get(code),
    refreshToken: refreshToken === undefined ? undefined : await records.refreshTokens.get(refreshToken),
  }
}

/** Whether a protected client redeems what no release is on record for. A code is one under every grant type. */
export function lacksRelease(
  policy: ClientPolicy,
  grantType: string,
  parameters: Parameters,
  { code, refreshToken }: RedeemedGrant,
): boolean {
  if (grantType === 'authorization_code' || /* guard: codes-under-any-grant */ parameters.has('code')) {
    if (!code) return true
  }
  return grantType === 'refresh_token' && !refreshToken && bindsRefreshTokens(policy)
}

/** What belongs to one client, which the OP knows and the gateway does not. */
const tied = ['device_code', 'auth_req_id']

/** Whether a request that names no client redeems what may be a protected one's, with no release on record. */
export function lacksClient(
  { enforced }: Policies,
  parameters: Parameters,
  { code, refreshToken }: RedeemedGrant,
): boolean {
  if (enforced.length === 0) return false
  // guard: codes-without-client
  if (parameters.has('code') && !code) return true
  // guard: device-codes-without-client
  if (tied.some((name) => parameters.has(name))) return true
  // guard: refresh-tokens-without-client
  return parameters.has('refresh_token') && !refreshToken && enforced.some(bindsRefreshTokens)
}

/** A refresh token of unknown age is older than any. */
const bindsRefreshTokens = ({ refreshTokens, refreshMaxAge }: ClientPolicy): boolean =>
  refreshTokens === 'released' || refreshMaxAge !== undefined
