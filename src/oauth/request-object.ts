import { readJwt } from './jwt.ts'

/** Claims of the JWT itself, which are no request parameters (RFC 9101 4). */
const jwtClaims = new Set(['iss', 'aud', 'exp', 'iat', 'nbf', 'jti', 'sub'])

/**
 * The authorization request parameters in a request object (RFC 9101, OIDC Core 6.1). The signature is the OP's
 * business: what is read here only ever makes a decision stricter or is compared with what the OP answers.
 *
 * @returns undefined for what can't be read in one way only: an encrypted or malformed object, names that stand twice, or values that are no parameters.
 */
export function readRequestObject(jwt: string): ReadonlyMap<string, string> | undefined {
  const claims = readJwt(jwt, 'anybody')?.claims
  if (!claims) return undefined
  const parameters = new Map<string, string>()
  for (const [name, value] of Object.entries(claims)) {
    if (jwtClaims.has(name)) continue
    const text = toParameter(value)
    if (text === undefined) return undefined
    parameters.set(name, text)
  }
  return parameters
}

/** When a request object ends, in epoch milliseconds; undefined where it does not say so (RFC 7519 4.1.4). */
export function readObjectEnd(jwt: string): number | undefined {
  const exp = readJwt(jwt, 'anybody')?.claims['exp']
  return typeof exp === 'number' ? exp * 1000 : undefined
}

/** `claims` and `authorization_details` are JSON in a query and plain members in an object. */
function toParameter(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined
}
