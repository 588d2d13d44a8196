import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { limitByDeadline } from './deadline.ts'
import type { KeyWatch } from './key-readings.ts'
import type { Provider } from './provider.ts'

/** A forged key id makes the OP be asked for its keys no more often than this, in milliseconds. */
const cooldownDuration = 5_000

/**
 * The OP's keys, for `jwtVerify`: fetched through the upstream connection when first needed, and again where a
 * key id turns up that is not among them: an OP may change its keys at once.
 */
export function createKeys(
  provider: Provider,
  upstream: UpstreamConnection,
  watch?: KeyWatch,
): JWTVerifyGetKey {
  const fetchKeys: FetchImplementation = async (url, { signal, headers }) => {
    try {
      const response = await upstream.fetch(url, { signal: limitByDeadline(signal), headers })
      if (response.ok) watch?.read()
      else
        watch?.failed(new Refusal('provider_unavailable', `its keys were answered with ${response.status}`))
      return response
    } catch (error) {
      watch?.failed(error)
      throw error
    }
  }
  let known: { readonly uri: string; readonly find: JWTVerifyGetKey } | undefined
  return async (header, token) => {
    const uri = provider.metadata.jwks_uri
    if (known?.uri !== uri) {
      known = {
        uri,
        find: createRemoteJWKSet(new URL(uri), { [customFetch]: fetchKeys, cooldownDuration }),
      }
    }
    return known.find(header, token)
  }
}
