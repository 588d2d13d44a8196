import type { CryptoKey } from 'jose'
import * as oidc from 'openid-client'
import type { LoopbackRequest } from './loopback.ts'
import type { PendingSignIn, SignIn } from './rp-sessions.ts'

/** An application as the OP knows it. */
export interface RpRegistration {
  /** The issuer it trusts; a function where it is not known before the application listens. */
  readonly issuer: string | (() => string)
  readonly clientId: string
  readonly clientSecret: string
  readonly clientAuth?: 'client_secret_basic' | 'client_secret_post'
  /** What it asks for; `openid profile email` without. */
  readonly scope?: string
  /** What it signs its request objects with; the OP has the public part. */
  readonly signingKey?: CryptoKey
  /** How old a login may be beyond the `max_age` that it asked for, in seconds; 30 without. */
  readonly patienceSeconds?: number
}

/** An application's talk with its OP: openid-client, with state, nonce and PKCE always on. */
export interface RpClient {
  /** The OP's metadata, fetched when first needed, so that an application may start before its OP. */
  discover(): Promise<oidc.Configuration>
  /** A new authorization request; parameters of `query` that may be chosen replace its own. */
  begin(query: URLSearchParams): Promise<{ readonly request: URL; readonly pending: PendingSignIn }>
  /** A request with all that it asks for in a signed object (RFC 9101). */
  sign(request: URL): Promise<URL>
  /** The pushed form of a request (RFC 9126). */
  push(request: URL): Promise<URL>
  /** Redeems the code of an authorization response. @throws the errors of openid-client */
  finish(callback: URL, pending: PendingSignIn): Promise<SignIn>
  /** @throws Error without a refresh token, and the errors of openid-client */
  refresh(signIn: SignIn | undefined): Promise<SignIn>
  /** Where the session at the OP ends (RP-Initiated Logout 1.0). */
  endSession(signIn: SignIn, backTo: string): Promise<URL>
}

/** Parameters of an authorization request that a test may choose. */
const CHOOSABLE = [
  'acr_values',
  'claims',
  'display',
  'id_token_hint',
  'login_hint',
  'max_age',
  'prompt',
  'response_mode',
  'scope',
  'state',
  'ui_locales',
]

/** @param fetch reaches the OP; `redirectUri` is a function because the port may come late */
export function createRpClient(
  registration: RpRegistration,
  redirectUri: () => string,
  fetch: (url: string, init: LoopbackRequest) => Promise<Response>,
): RpClient {
  let discovered: Promise<oidc.Configuration> | undefined
  const discover = (): Promise<oidc.Configuration> => {
    discovered ??= discoverIssuer(registration, fetch).catch((error: unknown) => {
      discovered = undefined
      throw error
    })
    return discovered
  }
  return {
    discover,
    begin: async (query) => {
      const codeVerifier = oidc.randomPKCECodeVerifier()
      const parameters = new URLSearchParams({
        redirect_uri: redirectUri(),
        scope: registration.scope ?? 'openid profile email',
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      })
      for (const name of CHOOSABLE) {
        const value = query.get(name)
        if (value !== null) parameters.set(name, value)
      }
      const request = oidc.buildAuthorizationUrl(await discover(), parameters)
      return { request, pending: rememberRequest(parameters, codeVerifier) }
    },
    sign: async (request) => {
      if (registration.signingKey === undefined) throw new Error('this application has no key')
      return oidc.buildAuthorizationUrlWithJAR(
        await discover(),
        request.searchParams,
        registration.signingKey,
      )
    },
    push: async (request) => oidc.buildAuthorizationUrlWithPAR(await discover(), request.searchParams),
    finish: async (callback, pending) => {
      const tokens = await oidc.authorizationCodeGrant(await discover(), callback, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.codeVerifier,
        ...(pending.maxAgeSeconds === undefined ? {} : { maxAge: pending.maxAgeSeconds }),
      })
      return readTokens(tokens, undefined)
    },
    refresh: async (signIn) => {
      const refreshToken = signIn?.tokens.refresh_token
      if (refreshToken === undefined) throw new Error('there is no refresh token')
      return readTokens(await oidc.refreshTokenGrant(await discover(), refreshToken), signIn)
    },
    endSession: async (signIn, backTo) => {
      const parameters = { id_token_hint: signIn.tokens.id_token, post_logout_redirect_uri: backTo }
      return oidc.buildEndSessionUrl(await discover(), parameters)
    },
  }
}

function discoverIssuer(
  registration: RpRegistration,
  fetch: (url: string, init: LoopbackRequest) => Promise<Response>,
): Promise<oidc.Configuration> {
  const { issuer, clientId, clientSecret, clientAuth } = registration
  const authenticate = clientAuth === 'client_secret_post' ? oidc.ClientSecretPost : oidc.ClientSecretBasic
  return oidc.discovery(
    new URL(typeof issuer === 'string' ? issuer : issuer()),
    clientId,
    { client_secret: clientSecret, [oidc.clockTolerance]: registration.patienceSeconds ?? 30 },
    authenticate(clientSecret),
    { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: fetch },
  )
}

function rememberRequest(parameters: URLSearchParams, codeVerifier: string): PendingSignIn {
  const maxAge = parameters.get('max_age')
  return {
    state: parameters.get('state') ?? '',
    nonce: parameters.get('nonce') ?? '',
    codeVerifier,
    ...(maxAge === null ? {} : { maxAgeSeconds: Number(maxAge) }),
  }
}

/** @param older who was signed in before a refresh, whose response may lack what did not change (OIDC Core 12.2) */
function readTokens(
  response: Awaited<ReturnType<typeof oidc.refreshTokenGrant>>,
  older: SignIn | undefined,
): SignIn {
  const { access_token } = response
  const { id_token = older?.tokens.id_token, refresh_token = older?.tokens.refresh_token } = response
  if (id_token === undefined) throw new Error('there is no ID token in the token response')
  const tokens =
    refresh_token === undefined ? { access_token, id_token } : { access_token, id_token, refresh_token }
  return { claims: { ...(response.claims() ?? older?.claims) }, tokens }
}
