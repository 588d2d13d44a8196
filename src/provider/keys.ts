import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { Provider } from './provider.ts'

/**
 * The OP's keys, for `jwtVerify`: fetched through the upstream connection when first needed, and again where a
 * key id turns up that is not among them, a few seconds later at the earliest.
 */
export function createKeys(provider: Provider, upstream: UpstreamConnection): JWTVerifyGetKey {
  const fetchKeys: FetchImplementation = (url, { signal, headers }) =>
    upstream.fetch(url, { signal, headers })
  let known: { readonly uri: string; readonly find: JWTVerifyGetKey } | undefined
  return async (header, token) => {
    const uri = provider.metadata.jwks_uri
    if (known?.uri !== uri) {
      known = {
        uri,
        find: createRemoteJWKSet(new URL(uri), { [customFetch]: fetchKeys, cooldownDuration: 5_000 }),
      }
    }
    return known.find(header, token)
  }
}
