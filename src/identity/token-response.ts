import { decodeJwt } from 'jose'

/** What a token response gives away, as far as it can be read without keys. */
export interface TokenResponse {
  readonly idToken: IdTokenReading
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

export type IdTokenReading =
  | { readonly kind: 'absent' }
  /** Encrypted, or no JWT at all. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'read'; readonly audience: readonly string[]; readonly claims: Claims }

type Claims = Readonly<Record<string, unknown>>

/**
 * Reads a successful token response (RFC 6749 5.1, OIDC Core 3.1.3.3). Its signature is not checked: it came from the
 * OP itself, over the gateway's own connection.
 *
 * @returns undefined if it is no JSON object.
 */
export function readTokenResponse(body: string): TokenResponse | undefined {
  const response = parseObject(body)
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

function parseObject(body: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Claims) : undefined
  } catch {
    return undefined
  }
}

/** Reads an ID token without keys: what it says it is. */
export function readIdToken(value: unknown): IdTokenReading {
  if (value === undefined || value === null) return { kind: 'absent' }
  if (typeof value !== 'string') return { kind: 'unreadable' }
  try {
    const claims = decodeJwt(value)
    const named: readonly unknown[] = [claims.aud].flat()
    const audience = named.filter((one) => typeof one === 'string')
    return { kind: 'read', audience, claims }
  } catch {
    return { kind: 'unreadable' }
  }
}
