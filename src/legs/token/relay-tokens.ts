import { isDeepStrictEqual } from 'node:util'
import { readTokenResponse, type TokenResponse } from '../../oauth/token-response.ts'
import type { Policies } from '../../policy/policies.ts'
import type { ClientCredentials, Revocation } from '../../provider/revoke.ts'
import type { Records, ReleasedCode } from '../../records/records.ts'
import { ownedByGrant } from '../../store/owners.ts'
import type { Audit } from '../../telemetry/audit.ts'
import { TokenError } from '../../token-error.ts'
import { contentCodingOf, sendBytes } from '../../upstream/proxy.ts'
import { readResponse } from '../../upstream/read-response.ts'
import type { Learned, OpResponse } from '../learned.ts'
import type { Redemption } from './token-leg.ts'

export interface RelayTokensPorts {
  readonly policies: Policies
  readonly records: Records
  readonly audit: Audit
  /** The claim that is compared everywhere (`provider.subject`). */
  readonly subjectClaim: string
  readonly revoke: (credentials: ClientCredentials, tokens: TokenResponse) => Promise<Revocation>
}

/**
 * The token leg, on the way out: a token response passes as it came, or its tokens are revoked and nobody gets them.
 *
 * @throws {TokenError} `invalid_grant` in its place.
 */
export async function relayTokens(
  ports: RelayTokensPorts,
  { request, reply, body }: OpResponse,
  { redemption, form }: Learned & { kind: 'redemption' },
): Promise<void> {
  const { bytes, text } = await readResponse(body, contentCodingOf(reply))
  const tokens = text === undefined ? undefined : readTokenResponse(text)
  const objection = findObjection(ports, redemption, tokens)
  // guard: token-objections
  if (objection !== undefined) {
    const credentials = { authorization: request.headers.authorization, form: String(form) }
    const revocation = tokens ? await ports.revoke(credentials, tokens) : 'impossible'
    const { clientId, grantType } = redemption
    ports.audit.security('token_response_dropped', {
      client_id: clientId,
      grant_type: grantType,
      objection,
      revocation,
    })
    throw new TokenError('invalid_grant', `the token response was dropped: ${objection}`)
  }
  if (tokens) await bindRefreshToken(ports, redemption, tokens)
  sendBytes(reply, bytes)
}

/** Why a token response may not reach the client. */
export type TokenObjection =
  | 'unreadable_response'
  | 'no_readable_id_token'
  | 'other_audience'
  | 'grant_not_allowed'
  | 'no_release'
  | 'other_subject'
  | 'other_session'
  | 'other_methods'

/**
 * A protected client's token response must be for the user and the client that the code was released for. Whoever
 * asked, tokens for the audience of a protected client are held to the same.
 *
 * @param response a successful token response; undefined if it can't be read.
 * @returns the first objection; undefined if the response may pass.
 */
export function findObjection(
  { policies, subjectClaim }: Pick<RelayTokensPorts, 'policies' | 'subjectClaim'>,
  { clientId, grantType, release }: Redemption,
  response: TokenResponse | undefined,
): TokenObjection | undefined {
  const isEnforced = (id: string): boolean => policies.ofClient(id).mode === 'enforce'
  const idToken = response?.idToken
  const protectedAudience = idToken?.kind === 'read' ? idToken.audience.filter(isEnforced) : []
  const isProtected =
    release || (clientId !== undefined && isEnforced(clientId)) || protectedAudience.length > 0
  if (!isProtected) return undefined
  if (!idToken) return /* guard: unreadable-token-responses */ 'unreadable_response'
  const needsIdToken = grantType === 'authorization_code'
  if (idToken.kind === 'absent')
    return /* guard: no-id-token */ needsIdToken ? 'no_readable_id_token' : undefined
  if (idToken.kind === 'unreadable') return /* guard: encrypted-id-tokens */ 'no_readable_id_token'
  // guard: other-audience
  if (clientId === undefined || !idToken.audience.includes(clientId)) return 'other_audience'
  const isGranted = (id: string): boolean => policies.ofClient(id).grants.includes(grantType)
  // guard: grants-of-the-audience
  if (!protectedAudience.every(isGranted)) return 'grant_not_allowed'
  if (!release) return /* guard: audience-without-release */ needsIdToken ? 'no_release' : undefined
  // guard: other-subject
  if (idToken.claims[subjectClaim] !== release.subject) return 'other_subject'
  return needsIdToken ? compareSession(release, idToken.claims) : undefined
}

function compareSession(
  { compare, amr }: ReleasedCode,
  claims: Readonly<Record<string, unknown>>,
): TokenObjection | undefined {
  const isSame = Object.entries(compare).every(([name, value]) => isDeepStrictEqual(claims[name], value))
  // guard: other-session
  if (!isSame) return 'other_session'
  const shown = claims['amr']
  const isMet = amr === undefined || (Array.isArray(shown) && amr.some((method) => shown.includes(method)))
  return /* guard: other-methods */ isMet ? undefined : 'other_methods'
}

/** A refresh token answers for the user of the release that produced it. */
async function bindRefreshToken(
  { records }: RelayTokensPorts,
  { release }: Redemption,
  response: TokenResponse,
): Promise<void> {
  if (release && response.refreshToken !== undefined) {
    // guard: refresh-tokens-by-user
    const owner = ownedByGrant(release.subject, release.clientId)
    await records.refreshTokens.set(response.refreshToken, release, owner)
  }
}
