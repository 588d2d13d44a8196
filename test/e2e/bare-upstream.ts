import type { RequestListener } from 'node:http'
import type { Test } from 'tap'
import { listenOnLoopback } from '../lab/listen.ts'

/** An upstream of which nothing is known but its discovery document; all else is what a test says. */
export interface BareUpstream {
  readonly url: string
  close(): Promise<void>
}

/** @param routes by path; the issuer is whatever host it is asked by. */
export async function startBareUpstream(
  t: Test,
  routes: Readonly<Record<string, RequestListener>>,
  port = 0,
): Promise<BareUpstream> {
  const listening = await listenOnLoopback((request, response) => {
    const path = (request.url ?? '').split('?', 1).join('')
    const route = routes[path]
    if (route !== undefined) return route(request, response)
    const isDiscovery = path === '/.well-known/openid-configuration'
    response.writeHead(isDiscovery ? 200 : 404, { 'content-type': 'application/json' })
    response.end(isDiscovery ? JSON.stringify(describe(`http://${request.headers.host}`)) : '{}')
  }, port)
  t.teardown(() => listening.close())
  return { url: `http://127.0.0.1:${listening.port}`, close: listening.close }
}

function describe(issuer: string): Record<string, unknown> {
  return {
    issuer,
    authorization_endpoint: `${issuer}/connect/authorize`,
    token_endpoint: `${issuer}/connect/token`,
    jwks_uri: `${issuer}/connect/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  }
}
