import assert from 'node:assert/strict'
import * as oidc from 'openid-client'
import { type AppOptions, type RequestOptions, withApp } from './app.ts'
import { describeClient } from './request-shapes.ts'
import { describeClaims, describeTokens } from './seen.ts'
import type { Shape } from './shape.ts'

/** The API that the lab's OP knows for resource indicators. */
export const RESOURCE = 'https://api.example.com/orders'

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' }

/** A sign-in, userinfo and a refresh; `expect` is what must be true in every world. */
function useTokens(
  name: string,
  client: Shape['client'],
  options: AppOptions,
  request: RequestOptions,
  expect: (view: string) => void,
): Shape {
  return {
    name,
    client,
    play: (stage) =>
      withApp(stage, client, options, async ({ configuration, dpop, seen, signIn }) => {
        const { tokens, view } = await signIn(request)
        // A token for an API is none for userinfo.
        const userinfo = request.parameters?.['resource']
          ? {}
          : await oidc.fetchUserInfo(configuration, tokens.access_token, oidc.skipSubjectCheck, dpop)
        assert.ok(tokens.refresh_token)
        const more = request.parameters?.['resource'] ? { resource: RESOURCE } : {}
        const fresh = await oidc.refreshTokenGrant(configuration, tokens.refresh_token, more, dpop)
        assert.notEqual(fresh.access_token, tokens.access_token)
        const all = {
          ...view,
          userinfo: describeClaims(stage, userinfo),
          fresh: describeTokens(stage, fresh),
          seen,
        }
        expect(JSON.stringify(all))
        return all
      }),
  }
}

const SPA = 'http://spa.localhost:5999'
const BOUND_SPA = 'http://spa-bound.localhost:5999'

/** Tokens that are for one API only, or for one key only, or in the hands of a script. */
export const TOKEN_SHAPES: readonly Shape[] = [
  useTokens(
    'a resource indicator',
    { ...describeClient('resource'), consent: true },
    {},
    { parameters: { ...OFFLINE, scope: 'openid offline_access orders', resource: RESOURCE } },
    (view) => assert.match(view, new RegExp(`"aud":"${RESOURCE}"`)),
  ),
  useTokens(
    'tokens bound to a key by DPoP, with a nonce of the OP',
    { ...describeClient('bound'), consent: true },
    { isBound: true },
    { parameters: OFFLINE },
    (view) => {
      assert.match(view, /"token_type":"dpop"/i)
      // Without a nonce first, then with it: the same code twice.
      assert.match(view, /"path":"\/connect\/token","status":400.*"path":"\/connect\/token","status":200/)
    },
  ),
  useTokens(
    'a pushed request whose tokens will be bound to a key',
    { ...describeClient('bound-by-par'), consent: true },
    { isBound: true },
    { parameters: OFFLINE, via: 'pushed' },
    (view) => assert.match(view, /"token_type":"dpop"/i),
  ),
  useTokens(
    'a public client in a browser: CORS and PKCE, no secret',
    publicClient('spa', `${SPA}/callback`, 'web'),
    { origin: SPA },
    { parameters: OFFLINE },
    (view) => {
      assert.match(view, /"method":"OPTIONS","path":"\/connect\/userinfo","status":204/)
      assert.match(
        view,
        /"path":"\/connect\/token","status":200,"headers":{[^}]*"access-control-allow-origin"/,
      )
    },
  ),
  useTokens(
    'a public client in a browser whose tokens are bound to a key',
    publicClient('spa-bound', `${BOUND_SPA}/callback`, 'web'),
    { origin: BOUND_SPA, isBound: true },
    { parameters: OFFLINE },
    (view) => assert.match(view, /"method":"OPTIONS","path":"\/connect\/token","status":204/),
  ),
]

/** A client without a secret (RFC 8252, or a script). */
export function publicClient(clientId: string, redirectUri: string, type: 'web' | 'native'): Shape['client'] {
  const { client_secret: _secret, ...rest } = describeClient(clientId)
  return {
    ...rest,
    redirect_uris: [redirectUri],
    application_type: type,
    token_endpoint_auth_method: 'none',
    consent: true,
  }
}
