import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  clockTolerance,
  customFetch,
} from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { clockToleranceSeconds } from '../policy/age.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { limitByDeadline } from './deadline.ts'
import type { UsableMetadata } from './endpoints.ts'

/**
 * The gateway as a client of the OP. Its requests go through the upstream connection. It takes the claims of ID tokens
 * apart; their signatures are verified with the keys of `createKeys`.
 */
export function registerClient(
  metadata: UsableMetadata,
  probe: Config['provider']['probe'],
  upstream: UpstreamConnection,
): Configuration {
  const client = { [clockTolerance]: clockToleranceSeconds }
  const configuration = new Configuration(metadata, probe.clientId, client, authenticate(probe))
  configuration.timeout = probe.timeout / 1000
  configuration[customFetch] = (url, { body, headers, method, signal }) =>
    upstream.fetch(url, { method, headers, body: body ?? null, signal: limitByDeadline(signal) })
  if (isPlainHttp(metadata)) allowInsecureRequests(configuration)
  return configuration
}

/** Plain http in the metadata is harmless: all requests use the upstream connection. */
export function isPlainHttp(metadata: UsableMetadata): boolean {
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata
  return [authorization_endpoint, token_endpoint, jwks_uri].some((url) => url.startsWith('http:'))
}

function authenticate(probe: Config['provider']['probe']) {
  switch (probe.clientAuth) {
    case 'client_secret_post':
      return ClientSecretPost(probe.clientSecret)
    case 'client_secret_basic':
      return ClientSecretBasic(probe.clientSecret)
  }
}
