import { randomBytes } from 'node:crypto'
import { exportJWK, generateKeyPair } from 'jose'
import type { Configuration, JWK, KoaContextWithOIDC } from 'oidc-provider'
import {
  renderDeviceDonePage,
  renderLogoutPage,
  renderOpErrorPage,
  renderSignedOutPage,
  renderUserCodeConfirmPage,
  renderUserCodePage,
} from './op-pages.ts'
import type { OpStore } from './op-store.ts'
import { acrOf, type LabClient, type LabUser, MFA_AMR, PASSKEY_AMR, PASSWORD_AMR } from './op-world.ts'

/** What a test or the demo may say about the OP's configuration. */
export interface OpSettings {
  readonly clients: readonly LabClient[]
  readonly users?: readonly LabUser[]
  /** How long an authorization code lives; 60 s without. */
  readonly codeLifetimeSeconds?: number
  /** More of oidc-provider's features, by its names (`requestObjects`, `jwtResponseModes`, `ciba` …). */
  readonly features?: NonNullable<Configuration['features']>
  /** Anything else of oidc-provider's configuration; replaces the lab's value of the same key. */
  readonly configuration?: Configuration
}

/** The lab's OP in oidc-provider's words. Every default that it would warn about is set. */
export async function configureOp(
  settings: OpSettings,
  store: OpStore,
  users: readonly LabUser[],
): Promise<Configuration> {
  return {
    adapter: store.adapter,
    clients: [...settings.clients],
    extraClientMetadata: { properties: ['consent'] },
    jwks: { keys: [await makeSigningKey()] },
    // Its own fetch reaches no loopback address, where all of the lab is.
    fetch: (url, { dispatcher: _guarded, ...options } = {}) => fetch(url, options),
    findAccount: (_ctx, sub) => findAccount(users, sub),
    acrValues: [acrOf(PASSWORD_AMR), acrOf(MFA_AMR), acrOf(PASSKEY_AMR)],
    scopes: ['openid', 'offline_access', 'profile', 'email'],
    claims: {
      openid: ['sub', 'amr', 'acr', 'auth_time', 'sid', 'preferred_username', 'email'],
      profile: ['name', 'preferred_username'],
      email: ['email', 'email_verified'],
    },
    // Most OPs put what the scopes give into the ID token too.
    conformIdTokenClaims: false,
    loadExistingGrant,
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: [randomBytes(32).toString('base64url')], long: { httpOnly: true, sameSite: 'none' } },
    enableHttpPostMethods: true,
    pkce: { required: (_ctx, client) => client.tokenEndpointAuthMethod === 'none' },
    clientBasedCORS: (_ctx, origin, client) => originsOf(client.redirectUris ?? []).includes(origin),
    routes: ROUTES,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: settings.codeLifetimeSeconds ?? 60,
      ClientCredentials: 600,
      DeviceCode: 600,
      Grant: 86_400,
      IdToken: 600,
      Interaction: 3600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    features: Object.assign({}, FEATURES, settings.features),
    renderError: (ctx, out) => {
      ctx.type = 'html'
      ctx.body = renderOpErrorPage(out.error, out.error_description ?? 'The request could not be answered.')
    },
    ...settings.configuration,
  }
}

const ROUTES = {
  authorization: '/connect/authorize',
  backchannel_authentication: '/connect/ciba',
  code_verification: '/connect/device',
  device_authorization: '/connect/deviceauthorization',
  end_session: '/connect/logout',
  introspection: '/connect/introspect',
  jwks: '/connect/jwks',
  pushed_authorization_request: '/connect/par',
  registration: '/connect/register',
  revocation: '/connect/revocation',
  token: '/connect/token',
  userinfo: '/connect/userinfo',
}

const FEATURES: NonNullable<Configuration['features']> = {
  backchannelLogout: { enabled: true },
  devInteractions: { enabled: false },
  resourceIndicators: { enabled: false },
  introspection: {
    enabled: true,
    allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
  },
  revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
  pushedAuthorizationRequests: { enabled: true },
  deviceFlow: {
    enabled: true,
    userCodeInputSource: (ctx, form, _out, problem) => {
      ctx.body = renderUserCodePage(form, problem === undefined ? undefined : 'That code does not work.')
    },
    userCodeConfirmSource: (ctx, form, client, _device, userCode) => {
      ctx.body = renderUserCodeConfirmPage(form, client.clientName ?? client.clientId, userCode)
    },
    successSource: (ctx) => {
      ctx.body = renderDeviceDonePage(ctx.oidc.client?.clientName ?? 'The device')
    },
  },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: (ctx, form) => {
      ctx.body = renderLogoutPage(form)
    },
    postLogoutSuccessSource: (ctx) => {
      ctx.body = renderSignedOutPage()
    },
  },
}

/** Clients without `consent` get what they ask for: their grant is made on the way, as OPs do for own clients. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, provider, result, params } = ctx.oidc
  if (client === undefined || session?.accountId === undefined) return undefined
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
  const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
  if (client['consent'] === true) return known
  const grant = known ?? new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
  grant.addOIDCScope(String(params?.['scope'] ?? ''))
  await grant.save()
  return grant
}

function findAccount(users: readonly LabUser[], sub: string) {
  const user = users.find((candidate) => candidate.sub === sub)
  if (user === undefined) return undefined
  const { username, name, email } = user
  const claims = { sub, preferred_username: username, name, email, email_verified: true }
  return { accountId: sub, claims: () => claims }
}

async function makeSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kty: 'RSA', use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('base64url') }
}

function originsOf(uris: readonly string[]): string[] {
  return uris.map((uri) => new URL(uri).origin)
}
