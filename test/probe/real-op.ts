import http from 'node:http'
import { type Configuration, Provider } from 'oidc-provider'
import type { Test } from 'tap'
import { serve } from '../upstream/serve.ts'
import { issuer } from './scripted-op.ts'

const redirectUri = 'https://app.example.com/signin'

export interface RealOp {
  readonly port: number
  /** Signs somebody in with a browser of their own and answers its Cookie header. */
  logIn(accountId: string, amr?: string[]): Promise<string>
}

/** The real oidc-provider behind nothing: it is asked at its own address, under the public name. */
export async function startRealOp(t: Test, options: { isConsentGiven: boolean }): Promise<RealOp> {
  const provider = new Provider(issuer, configure(options))
  provider.proxy = true
  const answer = provider.callback()
  const port = await serve(t, async (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void answer(request, response)
    const amr = String(request.headers['x-amr']).split(',')
    const login = { accountId: String(request.headers['x-account']), amr, acr: 'loa-2' }
    await provider.interactionFinished(request, response, { login })
  })
  return { port, logIn: (accountId, amr = ['pwd']) => logIn(port, accountId, amr) }
}

function configure(options: { isConsentGiven: boolean }): Configuration {
  return {
    clients: [
      { client_id: 'app', client_secret: 'the secret of app', redirect_uris: [redirectUri] },
      {
        client_id: 'step-up-gateway',
        client_secret: 'the secret of the probe',
        redirect_uris: [`${issuer}/step-up/probe`],
        // The latter for `provider.probe.responseType: id_token`.
        grant_types: ['authorization_code', 'implicit'],
        response_types: ['code', 'id_token'],
        token_endpoint_auth_method: 'client_secret_post',
        // Without it this OP puts no sid into ID tokens.
        backchannel_logout_uri: `${issuer}/step-up/logout`,
        backchannel_logout_session_required: true,
      },
    ],
    claims: {
      openid: ['sub', 'amr', 'acr', 'auth_time', 'sid'],
      profile: ['preferred_username'],
      email: ['email'],
    },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      introspection: { enabled: true },
      revocation: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        preferred_username: accountId.toUpperCase(),
        email: `${accountId}@example.com`,
      }),
    }),
    async loadExistingGrant({ oidc }) {
      const { client, session, provider } = oidc
      if (client?.clientId === 'step-up-gateway' && !options.isConsentGiven) return undefined
      const grant = new provider.Grant({
        accountId: session?.accountId ?? '',
        clientId: client?.clientId ?? '',
      })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  }
}

async function logIn(port: number, accountId: string, amr: string[]): Promise<string> {
  const jar = new Map<string, string>()
  const cookies = () => Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ')
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  })
  let location = new URL(`/auth?${query}`, issuer)
  while (!location.href.startsWith(redirectUri)) {
    const headers = { cookie: cookies(), 'x-account': accountId, 'x-amr': amr.join(',') }
    const response = await get(port, location, headers)
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    if (response.headers.location === undefined) throw new Error(`the OP answered ${response.statusCode}`)
    location = new URL(response.headers.location, issuer)
  }
  return cookies()
}

function get(port: number, url: URL, headers: Record<string, string>): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    const gateway = { host: url.host, 'x-forwarded-host': url.host, 'x-forwarded-proto': 'https' }
    http
      .get({ port, path: url.pathname + url.search, headers: { ...headers, ...gateway } }, (response) => {
        response.resume()
        resolve(response)
      })
      .on('error', reject)
  })
}
