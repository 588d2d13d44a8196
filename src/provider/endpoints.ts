import type { ServerMetadata } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { Discovery } from './metadata.ts'

type EndpointName = keyof Config['provider']['endpoints']

const wireNames: Record<EndpointName, string> = {
  authorization: 'authorization_endpoint',
  token: 'token_endpoint',
  jwks: 'jwks_uri',
  pushedAuthorizationRequest: 'pushed_authorization_request_endpoint',
  deviceAuthorization: 'device_authorization_endpoint',
  backchannelAuthentication: 'backchannel_authentication_endpoint',
  userinfo: 'userinfo_endpoint',
  revocation: 'revocation_endpoint',
  introspection: 'introspection_endpoint',
  endSession: 'end_session_endpoint',
  registration: 'registration_endpoint',
}

/** What the probe can't do without. */
const needed = ['authorization', 'token', 'jwks'] as const

/** Metadata that has what the probe can't do without. */
export type UsableMetadata = ServerMetadata & {
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri: string
}

/** Where nothing says how ID tokens are signed. Shared secrets (HS256) and `none` never count. */
const signingAlgorithms = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'RS384',
  'PS384',
  'ES384',
  'RS512',
  'PS512',
  'ES512',
]

/**
 * The OP's metadata as the gateway uses it: what discovery found, and over it, key by key, `provider.endpoints`.
 *
 * @throws Refusal `provider_unavailable` if the authorization endpoint, the token endpoint or the keys are missing,
 *   or live on an origin that is not the OP's behind the gateway.
 */
export function completeMetadata(
  discovery: Discovery,
  config: Config,
  upstream: UpstreamConnection,
): UsableMetadata {
  const { endpoints, issuer } = config.provider
  if (!discovery.found && needed.some((name) => endpoints[name] === undefined)) {
    const fix = 'set provider.issuer, or provider.endpoints where there is no such document'
    throw new Refusal('provider_unavailable', `${discovery.reason}; ${fix}`)
  }
  const metadata: ServerMetadata = {
    issuer,
    id_token_signing_alg_values_supported: signingAlgorithms,
    ...(discovery.found && discovery.metadata),
    ...resolveEndpoints(endpoints, config.publicUrl),
  }
  return {
    ...metadata,
    authorization_endpoint: requireServed(metadata, 'authorization', config, upstream),
    token_endpoint: requireServed(metadata, 'token', config, upstream),
    jwks_uri: requireServed(metadata, 'jwks', config, upstream),
  }
}

function resolveEndpoints(
  endpoints: Config['provider']['endpoints'],
  publicUrl: string,
): Record<string, string> {
  const explicit = Object.keys(wireNames) as EndpointName[]
  return Object.fromEntries(
    explicit.flatMap((name) => {
      const endpoint = endpoints[name]
      return endpoint === undefined ? [] : [[wireNames[name], new URL(endpoint, publicUrl).href]]
    }),
  )
}

function requireServed(
  metadata: ServerMetadata,
  name: EndpointName,
  { provider }: Config,
  upstream: UpstreamConnection,
): string {
  const url = metadata[wireNames[name]]
  const fix = `set provider.endpoints.${name}`
  if (typeof url !== 'string') {
    throw new Refusal('provider_unavailable', `${wireNames[name]} is missing: ${fix}`)
  }
  const { origin } = new URL(url)
  if (upstream.serves(new URL(url))) return url
  const isDowngraded = provider.endpoints[name] === undefined && isHttp(url) && !isHttp(metadata.issuer)
  const detail = isDowngraded
    ? `${wireNames[name]} is on ${origin} under an https issuer: the OP does not believe X-Forwarded-Proto. Have it trust the gateway, or list ${origin} in upstream.names`
    : `${wireNames[name]} is on ${origin}, which is not the upstream's: ${fix}`
  throw new Refusal('provider_unavailable', detail)
}

const isHttp = (url: string): boolean => new URL(url).protocol === 'http:'
