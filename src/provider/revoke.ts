import type { TokenResponse } from '../oauth/token-response.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { Provider } from './provider.ts'

const timeoutMs = 5_000

/** How the client authenticated at the token endpoint; the gateway repeats it for the revocation. */
export interface ClientCredentials {
  readonly authorization: string | undefined
  /** The form that it sent. */
  readonly form: string
}

const credentialParameters = ['client_id', 'client_secret', 'client_assertion', 'client_assertion_type']

/** The result of revoking tokens that may not reach a client: `impossible` if the OP has no revocation endpoint. */
export type Revocation = 'revoked' | 'failed' | 'impossible'

/**
 * Revokes the tokens of a response that was dropped (RFC 7009). The refresh token goes first: most OPs take the
 * access token with it. Never throws; the tokens are lost to the client anyway.
 */
export async function revokeTokens(
  { provider, upstream }: { readonly provider: Provider; readonly upstream: UpstreamConnection },
  { authorization, form }: ClientCredentials,
  tokens: TokenResponse,
): Promise<Revocation> {
  const endpoint = provider.metadata.revocation_endpoint
  const found = [tokens.refreshToken, tokens.accessToken].filter((token) => token !== undefined)
  if (endpoint === undefined || found.length === 0) return 'impossible'
  const sent = new URLSearchParams(form)
  const revokeOne = async (token: string): Promise<boolean> => {
    const body = new URLSearchParams({ token })
    for (const name of credentialParameters) {
      const value = sent.get(name)
      if (value !== null) body.set(name, value)
    }
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      ...(authorization !== undefined && { authorization }),
    }
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await upstream.fetch(endpoint, {
      method: 'POST',
      headers,
      body: body.toString(),
      signal,
    })
    return response.ok
  }
  try {
    let isRevoked = true
    for (const token of found) isRevoked = (await revokeOne(token)) && isRevoked
    return isRevoked ? 'revoked' : 'failed'
  } catch {
    return 'failed'
  }
}
