import {
  authorizationCodeGrant,
  calculatePKCECodeChallenge,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { withDeadline } from '../provider/deadline.ts'
import type { Provider } from '../provider/provider.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { type Asker, askForBrowser } from './ask-for-browser.ts'
import { type AnswerFault, readAnswer } from './authorization-answer.ts'
import { type Identity, readIdentity } from './identity.ts'
import { explainFailure, type ProbeFailure } from './probe-failure.ts'

export interface ProbeRequest extends Asker {
  /** A Cookie header with the OP's session cookies only, as `selectCookies` or `overlayCookies` made it. */
  readonly cookies: string | undefined
}

export type UnknownReason =
  | 'no_cookie'
  | 'too_many_probes'
  | 'subject_unreadable'
  | AnswerFault
  | ProbeFailure

/** `reason` and `detail` are for the log. `consent_required` means that the OP asks consent for the probe's client. */
export type ProbeResult =
  | { readonly known: true; readonly identity: Identity }
  | { readonly known: false; readonly reason: UnknownReason; readonly detail?: string | undefined }

/** What it takes to ask the OP who somebody is. */
export interface ProbeServices {
  readonly config: Config
  readonly provider: Provider
  readonly upstream: UpstreamConnection
}

interface Secrets {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

/**
 * Asks the OP who is signed in with these cookies: an authorization request of the gateway's own client (OIDC Core
 * 3.1.2.1, PKCE), whose code is redeemed and whose ID token is validated. Everything but a complete success is
 * "unknown". No cookie that the OP sets meanwhile goes anywhere, and nothing is kept between two probes.
 *
 * @returns always; it never rejects. Without cookies the OP is not asked.
 */
export async function probeUser(services: ProbeServices, request: ProbeRequest): Promise<ProbeResult> {
  const { cookies: cookie } = request
  if (!cookie) return { known: false, reason: 'no_cookie' }
  const deadline = AbortSignal.timeout(services.config.provider.probe.timeout)
  try {
    return await withDeadline(deadline, () => identify(services, { ...request, cookie }, deadline))
  } catch (error) {
    if (deadline.aborted) return { known: false, reason: 'timeout' }
    return { known: false, ...explainFailure(error) }
  }
}

async function identify(
  { config, provider, upstream }: ProbeServices,
  { cookie, ...asker }: Asker & { readonly cookie: string },
  deadline: AbortSignal,
): Promise<ProbeResult> {
  const { metadata, configuration } = provider
  const redirectUri = `${config.publicUrl}${config.pathPrefix}/probe`
  const secrets = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() }
  const url = await composeQuestion(metadata.authorization_endpoint, config, redirectUri, secrets)
  const { pathname, search } = url
  const { statusCode, headers } = await askForBrowser(
    upstream,
    pathname + search,
    asker,
    { cookie },
    deadline,
  )
  const answer = readAnswer(
    { statusCode, location: headers['location'] },
    {
      redirectUri,
      state: secrets.state,
      issuer: metadata.issuer,
      isIssuerSent: metadata.authorization_response_iss_parameter_supported === true,
    },
  )
  if (answer.fault !== undefined) return { known: false, reason: answer.fault, detail: answer.detail }
  const tokens = await authorizationCodeGrant(configuration, new URL(`${redirectUri}?${answer.parameters}`), {
    // guard: probe-pkce
    pkceCodeVerifier: secrets.codeVerifier,
    expectedState: secrets.state,
    // guard: probe-nonce
    expectedNonce: secrets.nonce,
    idTokenExpected: true,
  })
  const claims = { ...tokens.claims() }
  const further = config.provider.probe.userinfo
    ? await readUserinfo(provider, tokens.access_token, claims)
    : {}
  const identity = readIdentity(claims, config.provider.subject, further)
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

async function composeQuestion(
  endpoint: string,
  config: Config,
  redirectUri: string,
  secrets: Secrets,
): Promise<URL> {
  const { clientId, scope, prompt, params } = config.provider.probe
  const url = new URL(endpoint)
  const parameters = {
    ...params,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
    state: secrets.state,
    nonce: secrets.nonce,
    code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
    code_challenge_method: 'S256',
    ...(prompt === 'none' && { prompt }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}
