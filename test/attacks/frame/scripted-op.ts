import type { webcrypto } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import { type Listening, listenOnLoopback } from '../../lab/listen.ts'

/** A request that reached the scripted OP and is not of the gateway's own. */
export interface ScriptedRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly trailers: NodeJS.Dict<string>
  readonly body: string
}

export type Script = (request: ScriptedRequest, response: ServerResponse) => unknown

/** An OP that knows who the gateway's probe asks for, and answers everything else as a case wants. */
export interface ScriptedOp extends Listening {
  readonly url: string
  readonly requests: ScriptedRequest[]
  /** Paths of the gateway's own requests. */
  readonly own: string[]
  /** What everything but discovery, keys and the probe is answered. */
  answer: Script
  /** Answers the gateway's own requests instead, if it is there and returns true. */
  onProbe?: ((request: ProbeRequest, response: ServerResponse) => boolean) | undefined
  /** An ID token of this OP. */
  signIdToken(claims: JWTPayload): Promise<string>
}

const authTime = 1_790_000_000

/**
 * Starts it. A browser is signed in there as whoever its cookie `_session` names. Its issuer is the host under which
 * it is asked, as the gateway asks under the public one.
 */
export async function startScriptedOp(): Promise<ScriptedOp> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'ES256' }
  const probes = createProbes(privateKey)
  let issuer = ''
  const op: Omit<ScriptedOp, keyof Listening | 'url'> = {
    requests: [],
    own: [],
    answer: (_request, response) => response.writeHead(404).end(),
    signIdToken: (claims) => sign(privateKey, issuer, { auth_time: authTime, ...claims }),
  }
  const listening = await listenOnLoopback(async (message, response) => {
    issuer = `http://${message.headers.host}`
    const url = message.url ?? ''
    const body = await readAll(message)
    const asked = { url, body, cookie: message.headers.cookie }
    if (isProbe(asked) || url === '/connect/jwks') op.own.push(url.split('?', 1).join(''))
    if (url === '/.well-known/openid-configuration') return sendJson(response, describe(issuer))
    if (url === '/connect/jwks') return sendJson(response, { keys: [jwk] })
    if (isProbe(asked) && op.onProbe?.(asked, response)) return
    if (await probes.answer(issuer, asked, response)) return
    const { method = '', headers, rawHeaders, trailers } = message
    const request = { method, url, headers, rawHeaders, trailers, body }
    op.requests.push(request)
    await op.answer(request, response)
  })
  return Object.assign(op, listening, { url: `http://127.0.0.1:${listening.port}` })
}

function isProbe({ url, body }: ProbeRequest): boolean {
  return url.includes('client_id=step-up-gateway') || body.includes('client_id=step-up-gateway')
}

/** What the gateway itself asks: at the authorization endpoint, then at the token endpoint. */
export interface ProbeRequest {
  readonly url: string
  readonly body: string
  readonly cookie: string | undefined
}

function createProbes(privateKey: webcrypto.CryptoKey) {
  const sessions = new Map<string, JWTPayload>()
  return {
    /** Answers what the gateway itself asks; false for everything else. */
    async answer(issuer: string, request: ProbeRequest, response: ServerResponse): Promise<boolean> {
      const query = new URLSearchParams(request.url.split(/\?(.*)/s)[1])
      const form = new URLSearchParams(request.body)
      if (query.get('client_id') === 'step-up-gateway') {
        const sub = /(?:^|; )_session=([^;]*)/.exec(request.cookie ?? '')?.[1]
        const code = `probe-${sessions.size}`
        const nonce = query.get('nonce')
        if (sub !== undefined) sessions.set(code, { sub, sid: `sid of ${sub}`, nonce, amr: ['pwd'] })
        const outcome: Record<string, string> = sub === undefined ? { error: 'login_required' } : { code }
        const answer = new URLSearchParams({ ...outcome, state: query.get('state') ?? '', iss: issuer })
        response.writeHead(303, { location: `${query.get('redirect_uri')}?${answer}` }).end()
        return true
      }
      const claims = sessions.get(form.get('code') ?? '')
      if (form.get('client_id') !== 'step-up-gateway' || claims === undefined) return false
      const aud = 'step-up-gateway'
      const idToken = await sign(privateKey, issuer, { auth_time: authTime, aud, ...claims })
      sendJson(response, { access_token: 'of the probe', token_type: 'Bearer', id_token: idToken })
      return true
    },
  }
}

/**
 * Lets probes end well but for their ID token, which holds these claims.
 *
 * @param issuer the public address, at which the gateway asks.
 */
export function answerProbesWith(op: ScriptedOp, issuer: string, claims: JWTPayload): void {
  let nonce = ''
  op.onProbe = ({ url, body }, response) => {
    if (url.startsWith('/connect/authorize')) {
      const asked = new URL(url, issuer).searchParams
      nonce = asked.get('nonce') ?? ''
      const answer = new URLSearchParams({ code: 'c', state: asked.get('state') ?? '', iss: issuer })
      response.writeHead(303, { location: `${asked.get('redirect_uri')}?${answer}` }).end()
      return true
    }
    if (!body.includes('code=c')) return false
    void op
      .signIdToken({ aud: 'step-up-gateway', nonce, ...claims })
      .then((id_token) => sendJson(response, { access_token: 'x', token_type: 'Bearer', id_token }))
    return true
  }
}

function sign(privateKey: webcrypto.CryptoKey, issuer: string, claims: JWTPayload): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  return new SignJWT({ iss: issuer, iat, exp: iat + 300, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .sign(privateKey)
}

function describe(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/connect/authorize`,
    token_endpoint: `${issuer}/connect/token`,
    jwks_uri: `${issuer}/connect/jwks`,
    pushed_authorization_request_endpoint: `${issuer}/connect/par`,
    device_authorization_endpoint: `${issuer}/connect/deviceauthorization`,
    revocation_endpoint: `${issuer}/connect/revocation`,
    userinfo_endpoint: `${issuer}/connect/userinfo`,
    introspection_endpoint: `${issuer}/connect/introspect`,
    end_session_endpoint: `${issuer}/connect/logout`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    authorization_response_iss_parameter_supported: true,
  }
}

async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    // A client that has gone: what came is all there is.
  }
  return Buffer.concat(chunks).toString('latin1')
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
