import * as oidc from 'openid-client'
import type { LabClient } from '../op-world.ts'
import { type BackChannel, openBackChannel, type SeenAnswer } from './back-channel.ts'
import { describeArrival, describeTokens } from './seen.ts'
import type { Stage } from './shape.ts'
import { type Arrival, walk } from './walk.ts'

/** How a shape wants its client to talk. */
export interface AppOptions {
  /** The redirect URI of this run, where it is not the registered one to the letter. */
  readonly redirectUri?: string
  /** The origin of the script that the client is. */
  readonly origin?: string
  /** Binds its tokens to a key of its own (RFC 9449). */
  readonly isBound?: boolean
}

/** How one authorization request goes its way. */
export interface RequestOptions {
  readonly parameters?: Record<string, string>
  readonly via?: 'get' | 'post' | 'pushed'
  readonly username?: string
  /** Changes the URL of the request, as an RP with a fixed address would write it. */
  readonly rewrite?: (url: URL) => URL
}

type Tokens = Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>

/** A client on openid-client that stands in no browser's way: it gets its responses from the test. */
export interface App {
  readonly configuration: oidc.Configuration
  readonly dpop: { readonly DPoP?: oidc.DPoPHandle }
  /** What its own code saw of the OP, oldest first. */
  readonly seen: readonly SeenAnswer[]
  /** From the authorization request to the tokens. @throws the errors of openid-client */
  signIn(options?: RequestOptions): Promise<{ arrival: Arrival; tokens: Tokens; view: object }>
}

async function openApp(
  stage: Stage,
  client: LabClient,
  options: AppOptions,
  channel: BackChannel,
): Promise<App> {
  const secret = client.client_secret
  const configuration = await oidc.discovery(
    new URL(stage.world.publicUrl),
    client.client_id,
    secret,
    secret === undefined ? oidc.None() : oidc.ClientSecretPost(secret),
    { execute: [oidc.allowInsecureRequests], [oidc.customFetch]: channel.fetch },
  )
  const dpop = options.isBound
    ? { DPoP: oidc.getDPoPHandle(configuration, await oidc.randomDPoPKeyPair()) }
    : {}
  const redirectUri = options.redirectUri ?? client.redirect_uris?.[0] ?? ''
  return {
    configuration,
    dpop,
    seen: channel.seen,
    async signIn({ parameters = {}, via = 'get', username, rewrite = (url: URL) => url } = {}) {
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
      const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
      const request = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid',
        state: expectedState,
        nonce: expectedNonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        ...parameters,
      })
      const isPushed = via === 'pushed'
      const url = isPushed
        ? await oidc.buildAuthorizationUrlWithPAR(configuration, request.searchParams, dpop)
        : rewrite(request)
      const from = redirectUri
      const arrival = await walk(
        stage,
        redirectUri,
        (visit) =>
          via === 'post'
            ? stage.browser.post(url.origin + url.pathname, url.searchParams, { from, ...visit })
            : stage.browser.navigate(url, { ...(from.startsWith('http') && { from }), ...visit }),
        username,
      )
      const checks = { pkceCodeVerifier, expectedState, expectedNonce }
      const more = parameters['resource'] === undefined ? {} : { resource: parameters['resource'] }
      const tokens = await oidc.authorizationCodeGrant(configuration, arrival.url, checks, more, dpop)
      const view = { arrival: describeArrival(stage, arrival), tokens: describeTokens(stage, tokens) }
      return { arrival, tokens, view }
    },
  }
}

/** Starts a client, which talks to nobody any more in the end. */
export async function withApp<T>(
  stage: Stage,
  client: LabClient,
  options: AppOptions,
  use: (app: App) => Promise<T>,
): Promise<T> {
  const channel = openBackChannel(options.origin)
  try {
    return await use(await openApp(stage, client, options, channel))
  } finally {
    await channel.close()
  }
}
