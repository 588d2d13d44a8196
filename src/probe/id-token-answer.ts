import { errors, type JWTPayload, jwtVerify } from 'jose'
import { clockToleranceSeconds } from '../policy/age.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import { type ProbeServices, type Secrets, toResult } from './question.ts'

/**
 * Validates the ID token of an answer that brought it itself (OIDC Core 3.2.2.11).
 *
 * @param answer as for `redeemAnswer`.
 */
export async function readIdTokenAnswer(
  { config, provider, keys }: Pick<ProbeServices, 'config' | 'provider' | 'keys'>,
  { nonce }: Secrets,
  answer: URLSearchParams,
): Promise<ProbeResult> {
  const { clientId } = config.provider.probe
  const { payload } = await jwtVerify(String(answer.get('id_token')), keys, {
    issuer: provider.metadata.issuer,
    // guard: probe-audience
    audience: clientId,
    clockTolerance: clockToleranceSeconds,
    requiredClaims: ['sub', 'exp', 'iat'],
  })
  // guard: nonce-of-the-question
  if (payload['nonce'] !== nonce) throw new errors.JWTInvalid('the ID token has another nonce')
  // guard: authorized-party
  if (!isAuthorizedParty(payload, clientId)) throw new errors.JWTInvalid('the ID token is for another party')
  return toResult(config, payload)
}

/** OIDC Core 3.1.3.7, 4 and 5. */
const isAuthorizedParty = ({ aud, azp }: JWTPayload, clientId: string): boolean =>
  azp === undefined ? [aud].flat().length === 1 : azp === clientId
