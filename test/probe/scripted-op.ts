import type { webcrypto } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Test } from 'tap'
import { createKeys } from '../../src/provider/keys.ts'
import { createProvider, type Pace } from '../../src/provider/provider.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { makeConfig } from '../upstream/config.ts'
import { serve } from '../upstream/serve.ts'

export const issuer = 'https://login.example.com'
const quick: Pace = { firstRetry: 20, longestRetry: 40, refresh: 600_000 }

export interface Asked {
  readonly request: IncomingMessage
  readonly url: URL
  readonly form: URLSearchParams
}
type Step = (asked: Asked, response: ServerResponse) => unknown

/** An OP of which every answer can be replaced. Its address is not its issuer's. */
export interface ScriptedOp {
  readonly port: number
  readonly asked: Asked[]
  metadata: Record<string, unknown>
  /** What each path answers; the usual ones are there from the beginning. */
  readonly steps: Record<string, Step>
  /** The claims of the next ID tokens, over the usual ones. */
  claims: JWTPayload
  /** Replaces the signing key, and its id with it. */
  rotateKey(): Promise<void>
  /** An ID token with the usual claims and those of `claims`. */
  makeIdToken(nonce: string | null): Promise<string>
  /** The query of the last authorization request. */
  lastQuestion(): URLSearchParams
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export function redirect(
  response: ServerResponse,
  parameters: Record<string, string>,
  target?: string,
): void {
  const location = `${target ?? `${issuer}/step-up/probe`}?${new URLSearchParams(parameters)}`
  response.writeHead(303, { location, 'set-cookie': 'session=of the probe' }).end('<p>Redirecting')
}

export async function startScriptedOp(t: Test): Promise<ScriptedOp> {
  let privateKey: webcrypto.CryptoKey
  let jwk: JWK
  let keys = 0
  const idToken = (nonce: string | null) =>
    new SignJWT({ nonce, sub: 'alice', auth_time: 1_790_000_000, ...op.claims })
      .setProtectedHeader({ alg: 'ES256', kid: `key ${keys}` })
      .setIssuer(op.claims.iss ?? issuer)
      .setAudience(op.claims.aud ?? 'step-up-gateway')
      .setIssuedAt(op.claims.iat)
      .setExpirationTime(op.claims.exp ?? '5m')
      .sign(privateKey)
  const op: ScriptedOp = {
    port: await serve(t, async (request, response) => {
      const url = new URL(request.url ?? '', issuer)
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
      op.asked.push({ request, url, form })
      const step = op.steps[url.pathname]
      if (step === undefined) response.writeHead(404).end()
      else await step({ request, url, form }, response)
    }),
    asked: [],
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      id_token_signing_alg_values_supported: ['ES256'],
    },
    claims: {},
    steps: {
      '/.well-known/openid-configuration': (_asked, response) => json(response, op.metadata),
      '/authorize': ({ url }, response) =>
        redirect(response, { code: 'the code', state: url.searchParams.get('state') ?? '' }),
      '/token': async (_asked, response) =>
        json(response, {
          access_token: 'the access token',
          token_type: 'Bearer',
          id_token: await idToken(op.lastQuestion().get('nonce')),
        }),
      '/jwks': (_asked, response) => json(response, { keys: [jwk] }),
    },
    async rotateKey() {
      const pair = await generateKeyPair('ES256', { extractable: true })
      keys += 1
      privateKey = pair.privateKey
      jwk = { ...(await exportJWK(pair.publicKey)), kid: `key ${keys}`, use: 'sig' }
    },
    makeIdToken: idToken,
    lastQuestion: () =>
      op.asked.findLast(({ url }) => url.pathname === '/authorize')?.url.searchParams ??
      new URLSearchParams(),
  }
  await op.rotateKey()
  return op
}

/** The gateway's side: configuration, connection, provider, and every line of the log. */
export function face(
  t: Test,
  port: number,
  parts: Omit<Parameters<typeof makeConfig>[0], 'upstream'> = {},
  pace: Partial<Pace> = {},
) {
  const lines: { level: number; msg: string; [key: string]: unknown }[] = []
  const destination = { write: (line: string) => lines.push(JSON.parse(line)) }
  const config = makeConfig({ ...parts, upstream: { url: `http://127.0.0.1:${port}` } })
  const upstream = connectUpstream(config)
  const provider = createProvider(config, upstream, createLog({ destination }), undefined, {
    ...quick,
    ...pace,
  })
  t.teardown(async () => {
    await provider.close()
    await upstream.close()
  })
  return { config, upstream, provider, keys: createKeys(provider, upstream), lines }
}
