import { hash } from 'node:crypto'
import { compactVerify, type JWTVerifyGetKey } from 'jose'
import {
  authorizationCodeGrant,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { readIdentity } from '../policy/identity.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import { withDeadline } from '../provider/deadline.ts'
import type { Provider } from '../provider/provider.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { ResponseType } from './authorization-answer.ts'
import { explainFailure } from './probe-failure.ts'

/** What it takes to ask the OP who somebody is. */
export interface ProbeServices {
  readonly config: Config
  readonly provider: Provider
  readonly upstream: UpstreamConnection
  /** The OP's keys, for `compactVerify`. */
  readonly keys: JWTVerifyGetKey
}

/** What ties an answer to its question: state, nonce and PKCE. */
export interface Secrets {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export const createSecrets = (): Secrets => ({
  state: randomState(),
  nonce: randomNonce(),
  codeVerifier: randomPKCECodeVerifier(),
})

/** The redirect URI of the gateway's own client. */
export const probeRedirectUri = ({ publicUrl, pathPrefix }: Config): string =>
  `${publicUrl}${pathPrefix}/probe`

/**
 * The question who is signed in: an authorization request of the gateway's own client (OIDC Core 3.1.2.1, RFC 7636).
 *
 * @param prompt `omit` lets the OP ask the user for what it needs.
 * @param responseType an ID token is tied to the question by the nonce alone: there is no code that PKCE could tie to it.
 * @returns the path at the OP, with its query.
 */
export function composeQuestion(
  { config, provider }: Pick<ProbeServices, 'config' | 'provider'>,
  { state, nonce, codeVerifier }: Secrets,
  prompt: 'none' | 'omit',
  responseType: ResponseType = 'code',
): string {
  const { clientId, scope, params } = config.provider.probe
  const url = new URL(provider.metadata.authorization_endpoint)
  const parameters = {
    ...params,
    response_type: responseType,
    client_id: clientId,
    redirect_uri: probeRedirectUri(config),
    scope,
    state,
    nonce,
    ...(responseType === 'code' && challenge(codeVerifier)),
    ...(prompt === 'none' && { prompt }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.pathname + url.search
}

/** As openid-client makes it, but at once: its way through another thread takes longer than all else here. */
const challenge = (codeVerifier: string) => ({
  code_challenge: hash('sha256', codeVerifier, 'base64url'),
  code_challenge_method: 'S256',
})

/**
 * Names what breaks a probe off.
 *
 * @param deadline aborted when the probe takes too long.
 * @returns always; it never rejects.
 */
export async function unlessItFails(
  deadline: AbortSignal,
  probe: () => Promise<ProbeResult>,
): Promise<ProbeResult> {
  try {
    return await withDeadline(deadline, probe)
  } catch (error) {
    if (deadline.aborted) return { known: false, reason: 'timeout' }
    return { known: false, ...explainFailure(error) }
  }
}

/**
 * Redeems the code of an answer and validates its ID token. Everything but a complete success is "unknown", or throws.
 *
 * @param answer the parameters of the authorization response, as `readAnswer` checked them.
 */
export async function redeemAnswer(
  { config, provider, keys }: Pick<ProbeServices, 'config' | 'provider' | 'keys'>,
  { state, nonce, codeVerifier }: Secrets,
  answer: URLSearchParams,
): Promise<ProbeResult> {
  const callback = new URL(`${probeRedirectUri(config)}?${answer}`)
  const tokens = await authorizationCodeGrant(provider.configuration, callback, {
    // guard: probe-pkce
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    // guard: probe-nonce
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  // Although it came over a direct channel.
  // guard: probe-signature
  await compactVerify(String(tokens.id_token), keys)
  const claims = { ...tokens.claims() }
  const further = config.provider.probe.userinfo
    ? await readUserinfo(provider, tokens.access_token, claims)
    : {}
  return toResult(config, claims, further)
}

/** What claims of a validated ID token come to. @param userinfo as `readIdentity` takes it. */
export function toResult(
  { provider }: Config,
  claims: Readonly<Record<string, unknown>>,
  userinfo: Readonly<Record<string, unknown>> = {},
): ProbeResult {
  const identity = readIdentity(claims, provider.subject, userinfo)
  return identity === undefined ? { known: false, reason: 'subject_unreadable' } : { known: true, identity }
}

/**
 * What the userinfo endpoint tells besides (OIDC Core 5.3), if it is of the same user. It only helps to fill in forms:
 * without it the user is known all the same.
 */
async function readUserinfo(
  { configuration, metadata }: Provider,
  accessToken: string,
  { sub }: { readonly sub?: unknown },
): Promise<Readonly<Record<string, unknown>>> {
  if (metadata.userinfo_endpoint === undefined) return {}
  try {
    return { ...(await fetchUserInfo(configuration, accessToken, String(sub))) }
  } catch {
    return {}
  }
}
