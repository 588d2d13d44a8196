import { isDeepStrictEqual } from 'node:util'
import { check, checkInForecast, type Forecastable } from '../../forecast.ts'
import { readTokenResponse, type TokenResponse } from '../../oauth/token-response.ts'
import { readAmr } from '../../policy/amr.ts'
import type { Policies } from '../../policy/policies.ts'
import { revokeTokens } from '../../provider/revoke.ts'
import type { ReleasedCode } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { ownedByGrant } from '../../store/owners.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { TokenError } from '../../token-error.ts'
import type { PeekedBody } from '../../upstream/peek-body.ts'
import { readResponse } from '../../upstream/read-response.ts'
import { contentCodingOf, sendPeeked } from '../../upstream/send-answer.ts'
import type { Learned, OpResponse } from '../learned.ts'
import type { Redemption } from './token-leg.ts'

export type RelayTokensServices = Forecastable & Pick<Services, 'config' | 'provider' | 'upstream'>

/**
 * The token leg, second half: a token response passes as it came, or its tokens are revoked and nobody gets them.
 *
 * @throws {TokenError} `invalid_grant` in its place.
 */
export async function relayTokens(
  services: RelayTokensServices,
  { request, reply, body }: OpResponse,
  { redemption, forecast, form }: Learned & { kind: 'redemption' },
): Promise<void> {
  const { body: peeked, text } = await waiting(() => readResponse(body, contentCodingOf(reply)))
  await check(services, request, ({ policies }) => requireWhole(policies, peeked))
  const tokens = text === undefined ? undefined : readTokenResponse(text)
  const objection = findObjection(services, redemption, tokens)
  // guard: token-objections
  if (objection !== undefined) {
    const credentials = { authorization: request.headers.authorization, form: String(form) }
    const revocation = tokens ? await revokeTokens(services, credentials, tokens) : 'impossible'
    const { clientId, grantType } = redemption
    services.audit.security('token_response_dropped', {
      client_id: clientId,
      grant_type: grantType,
      objection,
      revocation,
    })
    throw dropped(objection)
  }
  if (tokens) await bindRefreshToken(services, redemption, tokens)
  if (forecast && !redemption.release)
    await checkInForecast(services, request, (all) => judgeWatched(all, forecast, tokens))
  sendPeeked(reply, peeked)
}

const dropped = (objection: TokenObjection): TokenError =>
  new TokenError('invalid_grant', `the token response was dropped: ${objection}`)

/** @throws {Refusal} `upstream_unreadable` for what is too long to be read, once somebody is protected. */
function requireWhole({ enforced }: Policies, { complete }: PeekedBody): void {
  if (!complete && enforced.length > 0)
    throw new Refusal('upstream_unreadable', 'a token response too long to be read')
}

/** The same as if the client were enforced: only records of their own are written. @throws {TokenError} as above. */
async function judgeWatched(
  services: Pick<Services, 'policies' | 'config' | 'records'>,
  redemption: Redemption,
  tokens: TokenResponse | undefined,
): Promise<void> {
  const objection = findObjection(services, redemption, tokens)
  if (objection !== undefined) throw dropped(objection)
  if (tokens) await bindRefreshToken(services, redemption, tokens)
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
 * A protected client's token response must be for the user and the client that the code was released for. Whichever
 * client asked, tokens for the audience of a protected client are held to the same.
 *
 * @param response a successful token response; undefined if it can't be read.
 * @returns the first objection; undefined if the response may pass.
 */
export function findObjection(
  { policies, config }: Pick<Services, 'policies' | 'config'>,
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
  if (idToken.claims[config.provider.subject] !== release.subject) return 'other_subject'
  return needsIdToken ? compareSession(release, idToken.claims) : undefined
}

function compareSession(
  { compare, renews, amr }: ReleasedCode,
  claims: Readonly<Record<string, unknown>>,
): TokenObjection | undefined {
  const isSame = [compare, renews ?? compare].some((values) =>
    Object.entries(values).every(([name, value]) => isDeepStrictEqual(claims[name], value)),
  )
  // guard: other-session
  if (!isSame) return 'other_session'
  const shown = readAmr(claims['amr'])
  const isMet = amr === undefined || amr.some((method) => shown.includes(method))
  return /* guard: other-methods */ isMet ? undefined : 'other_methods'
}

/** A refresh token answers for the user of the release that produced it. */
async function bindRefreshToken(
  { records }: Pick<Services, 'records'>,
  { release }: Redemption,
  response: TokenResponse,
): Promise<void> {
  if (release && response.refreshToken !== undefined) {
    // guard: refresh-tokens-by-user
    const owner = ownedByGrant(release.subject, release.clientId)
    await records.refreshTokens.set(response.refreshToken, release, owner)
  }
}
