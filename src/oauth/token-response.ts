import { readJwt } from './jwt.ts'
import { parseStrictJson } from './strict-json.ts'

/** What a token response gives away, as far as it can be read without keys. */
export interface TokenResponse {
  readonly idToken: IdTokenReading
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

export type IdTokenReading =
  | { readonly kind: 'absent' }
  /** Encrypted, no JWT at all, or one that clients could read differently. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'read'; readonly audience: readonly string[]; readonly claims: Claims }

type Claims = Readonly<Record<string, unknown>>

/**
 * Reads a successful token response (RFC 6749 5.1, OIDC Core 3.1.3.3). Its signature is not checked: it came from the
 * OP itself, over the gateway's own connection.
 *
 * @returns undefined if it is no JSON object, or one that clients could read differently.
 */
export function readTokenResponse(body: string): TokenResponse | undefined {
  const response = parseStrictJson(body, 'clients')
  if (!response) return undefined
  const textOf = (name: string): string | undefined => {
    const value = response[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    idToken: readIdToken(response['id_token']),
    accessToken: textOf('access_token'),
    refreshToken: textOf('refresh_token'),
  }
}

/** The error of a token response that gives nothing away (RFC 6749 5.2). */
export function readTokenError(body: string): string | undefined {
  const error = parseStrictJson(body, 'clients')?.['error']
  return typeof error === 'string' ? error : undefined
}

/** Reads an ID token without keys: what it says it is. */
export function readIdToken(value: unknown): IdTokenReading {
  if (value === undefined || value === null) return { kind: 'absent' }
  const claims = typeof value === 'string' ? readJwt(value, 'clients')?.claims : undefined
  if (!claims) return { kind: 'unreadable' }
  const audience = [claims['aud'] ?? []].flat().filter((name) => typeof name === 'string')
  return { kind: 'read', audience, claims }
}
