import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { Test } from 'tap'
import { listenOnLoopback, readForm } from '../lab/listen.ts'

type Members = Record<string, unknown>

/**
 * An OP that may lie to applications, and never to the gateway's own client: its paths are those of the lab's OP, its
 * issuer is whatever host it is asked by. The cookie `_session` holds the sub of whoever is signed in.
 */
export interface ScriptedOp {
  readonly url: string
  /** What it says to applications: claims of the ID token and members of the response, over the true ones. */
  lie: { readonly claims?: Members; readonly response?: Members; readonly text?: string }
  /** The codes that it gave for a client, the latest last. */
  codesOf(clientId: string): string[]
  /** Tokens that it was asked to revoke, in order, and by whom. */
  readonly revoked: { readonly token: string; readonly authorization: string | undefined }[]
}

interface Grant {
  readonly clientId: string
  readonly subject: string
  readonly nonce: string | undefined
}

export async function startScriptedOp(t: Test): Promise<ScriptedOp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'ES256' }
  const grants = new Map<string, Grant>()

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const issuer = `http://${request.headers.host}`
    const { pathname, searchParams } = new URL(request.url ?? '', issuer)
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return sendJson(response, describe(issuer))
      case '/connect/jwks':
        return sendJson(response, { keys: [jwk] })
      case '/connect/authorize':
        return authorize(request, response, searchParams)
      case '/connect/token':
        return answerToken(response, issuer, await readForm(request))
      case '/connect/revocation':
        op.revoked.push({
          token: (await readForm(request)).get('token') ?? '',
          authorization: request.headers.authorization,
        })
        response.end()
        return
      default:
        response.writeHead(404).end()
    }
  }

  function authorize(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): void {
    const code = `code-${grants.size}-of-the-scripted-op`
    const subject = /_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? 'nobody'
    const nonce = asked.get('nonce') ?? undefined
    grants.set(code, { clientId: asked.get('client_id') ?? '', subject, nonce })
    const answer = new URLSearchParams({ code, state: asked.get('state') ?? '' })
    response.writeHead(303, { location: `${asked.get('redirect_uri')}?${answer}` }).end()
  }

  async function answerToken(response: ServerResponse, issuer: string, form: URLSearchParams) {
    const { clientId, subject, nonce } = grants.get(form.get('code') ?? '') ?? {}
    const { claims, response: members, text } = clientId === 'step-up-gateway' ? {} : op.lie
    const truth = { sub: subject, aud: clientId, nonce, auth_time: 1_790_000_000 }
    const idToken = await new SignJWT({ ...truth, ...claims } as JWTPayload)
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
    const tokens = {
      access_token: 'access-token-of-the-scripted-op',
      refresh_token: 'refresh-token-of-the-scripted-op',
      token_type: 'Bearer',
    }
    if (text === undefined) sendJson(response, { ...tokens, id_token: idToken, ...members })
    else response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }

  const listening = await listenOnLoopback((request, response) => void route(request, response))
  t.teardown(() => listening.close())
  const op: ScriptedOp = {
    url: `http://127.0.0.1:${listening.port}`,
    lie: {},
    codesOf: (clientId) =>
      [...grants].filter(([, grant]) => grant.clientId === clientId).map(([code]) => code),
    revoked: [],
  }
  return op
}

function describe(issuer: string): Members {
  return {
    issuer,
    authorization_endpoint: `${issuer}/connect/authorize`,
    token_endpoint: `${issuer}/connect/token`,
    revocation_endpoint: `${issuer}/connect/revocation`,
    jwks_uri: `${issuer}/connect/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}

function sendJson(response: ServerResponse, body: Members): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
