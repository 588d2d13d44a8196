import type { ClientPolicy } from '../../config/schema/schema.ts'
import type { Forecastable } from '../../forecast.ts'
import { readClient } from '../../oauth/client-authentication.ts'
import type { LooseParameters, Parameters } from '../../oauth/parameters.ts'
import { isYounger } from '../../policy/age.ts'
import type { Policies } from '../../policy/policies.ts'
import type { ReleasedCode } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { TokenError } from '../../token-error.ts'
import { requireExact } from '../loose-request.ts'
import { refuseLookAlikes } from '../refuse-look-alikes.ts'
import { findRedeemedGrant, lacksClient, lacksRelease } from './redeemed-grant.ts'

export type TokenLegServices = Forecastable & Pick<Services, 'config' | 'now'>

/** A token request that went on to the OP, and what its answer is held to. */
export interface Redemption {
  readonly clientId: string | undefined
  readonly grantType: string
  /** Set where the code, or the code that a refresh token came from, was released for a protected client. */
  readonly release?: ReleasedCode | undefined
}

/**
 * The token leg, first half: only a released code redeems, only for its client, and a protected client uses only
 * the grants on its list.
 *
 * @throws {TokenError} with the answer for the client.
 * @throws {Refusal} for what OPs could read differently in a request that may be a protected client's.
 */
export async function onTokenRequest(
  services: TokenLegServices,
  authorization: string | undefined,
  { parameters, faults }: LooseParameters,
): Promise<Redemption> {
  const { policies, records, audit, now } = services
  const client = findClient(services, authorization, parameters)
  const allFaults = [...client.faults, ...faults.values()]
  requireExact(services, client.policy, client.names, allFaults)
  const [clientId] = client.names
  const grantType = parameters.get('grant_type') ?? ''
  requireGrantListed(client.policy, grantType)
  const other = findOtherAudience(policies, grantType, parameters)
  // guard: token-exchange-for-others
  if (other !== undefined) {
    audit.security('token_exchange_for_protected_client', { client_id: clientId, audience: other.clientId })
    throw new TokenError(
      'unauthorized_client',
      'a protected client is named whose list lacks token exchange',
      {
        value: other.clientId,
        key: 'grants',
      },
    )
  }
  const isNamed = clientId !== undefined
  const found = await findRedeemedGrant(records, parameters).catch((error) => {
    if (client.policy.mode === 'enforce' || (!isNamed && policies.enforced.length > 0)) throw error
    return { code: undefined, refreshToken: undefined }
  })
  const release = grantType === 'refresh_token' ? found.refreshToken : found.code
  // Who names no client is the one that the grant was released to; its release may rest on further policies.
  const policyIds = [...(isNamed ? [client.policy.clientId] : []), ...(release?.policyIds ?? [])]
  // guard: policy-of-the-release
  const policy = policyIds.length === 0 ? client.policy : policies.govern(policyIds)
  noteConcern({ policy })
  requireExact(services, policy, client.names, allFaults)
  requireGrantListed(policy, grantType)
  const isEnforced = policy.mode === 'enforce'
  const lacks = isEnforced
    ? lacksRelease(policy, grantType, parameters, found)
    : !isNamed && /* guard: grants-without-client */ lacksClient(policies, parameters, found)
  // guard: unreleased-codes
  if (lacks) {
    audit.security('unreleased_grant', { client_id: clientId, grant_type: grantType })
    const key = grantType === 'refresh_token' ? 'refreshTokens' : undefined
    throw new TokenError('invalid_grant', 'no release recorded this grant', { key })
  }
  // guard: old-refresh-tokens
  if (isEnforced && found.refreshToken && isTooOld(policy, found.refreshToken, now())) {
    throw new TokenError('invalid_grant', 'the release is older than refreshMaxAge', {
      key: 'refreshMaxAge',
    })
  }
  // guard: codes-of-other-clients
  if (release && isNamed && !client.names.includes(release.clientId)) {
    audit.security('grant_of_another_client', { client_id: clientId, released_to: release.clientId })
    throw new TokenError('invalid_grant', 'the grant was released to another client')
  }
  if (found.code) await noteArrival(records, found.code)
  return { clientId: release?.clientId ?? clientId, grantType, release }
}

/** The client has the answer to the request: the Back button must not bring it there again. */
async function noteArrival({ inFlight }: Services['records'], code: ReleasedCode): Promise<void> {
  if (code.inFlight === undefined) return
  await inFlight.update(code.inFlight, (request) => ({ ...request, hasArrived: true }))
}

/** A protected client uses only the grants on its list. @throws {TokenError} `unauthorized_client` */
function requireGrantListed({ mode, grants }: ClientPolicy, grantType: string): void {
  // guard: grants-on-the-list
  if (mode === 'enforce' && !grants.includes(grantType)) {
    const detail = `the grant ${grantType} is not on the client's list`
    throw new TokenError('unauthorized_client', detail, { value: grantType, key: 'grants' })
  }
}

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** No honest client asks for more at once, and to compare them all takes long. */
const maxAudiences = { count: 64, length: 4096 }

/**
 * A protected client that a token exchange asks tokens for (RFC 8693 2.1), where its own list lacks that grant.
 *
 * @throws {TokenError} `invalid_request`
 */
function findOtherAudience(
  policies: Policies,
  grantType: string,
  parameters: Parameters,
): ClientPolicy | undefined {
  // An OP that reads grant types loosely goes by the token that is exchanged.
  if (
    grantType !== tokenExchange &&
    /* guard: token-exchange-by-another-name */ !parameters.has('subject_token')
  )
    return undefined
  const audiences = ['audience', 'resource'].flatMap((name) => parameters.all(name))
  const isTooMuch = audiences.length > maxAudiences.count || audiences.join('').length > maxAudiences.length
  // guard: audiences-to-compare
  if (isTooMuch && policies.enforced.length > 0) {
    throw new TokenError('invalid_request', 'too many audiences in a token exchange')
  }
  return audiences
    .map((audience) => policies.ofClient(audience))
    .find(({ mode, grants }) => mode === 'enforce' && !grants.includes(tokenExchange))
}

const isTooOld = ({ refreshMaxAge }: ClientPolicy, { releasedAt }: ReleasedCode, now: number): boolean =>
  refreshMaxAge !== undefined && !isYounger(releasedAt, refreshMaxAge, now)

/**
 * By what names the client of a request may go at the OP, the protected one first, and the policy that governs it.
 *
 * @throws {Refusal} where a name could be read as that of another client.
 */
function findClient(services: TokenLegServices, authorization: string | undefined, parameters: Parameters) {
  const { policies } = services
  const { names: read, fault } = readClient(authorization, parameters)
  // guard: names-at-other-doors
  refuseLookAlikes(services, read)
  const isEnforced = (name: string): boolean => policies.ofClient(name).mode === 'enforce'
  const names = [...read].sort((a, b) => Number(isEnforced(b)) - Number(isEnforced(a)))
  return { names, policy: policies.ofClient(names[0] ?? ''), faults: fault ? [fault] : [] }
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
 * @throws {TokenError} `unauthorized_client`; `invalid_request` where no client is named, though it may be a protected one.
 */
export function requireGrant(
  services: TokenLegServices,
  endpoint: keyof typeof grantOfEndpoint,
  authorization: string | undefined,
  { parameters, faults }: LooseParameters,
): ClientPolicy {
  const client = findClient(services, authorization, parameters)
  const { names, policy } = client
  requireExact(services, policy, names, [...client.faults, ...faults.values()])
  // guard: grants-of-other-doors
  requireGrantListed(policy, grantOfEndpoint[endpoint])
  // guard: other-doors-for-nobody
  if (names.length === 0 && services.policies.enforced.length > 0) {
    throw new TokenError('invalid_request', `${endpoint} without a client`)
  }
  return policy
}
