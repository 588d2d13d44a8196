import assert from 'node:assert/strict'
import { secretOf } from '../op-world.ts'
import { type RequestOptions, withApp } from './app.ts'
import type { Shape } from './shape.ts'

/** A confidential client at an address to which no test ever goes. */
export function describeClient(clientId: string): Shape['client'] {
  return {
    client_id: clientId,
    client_name: clientId,
    client_secret: secretOf(clientId),
    redirect_uris: [`http://${clientId}.localhost:5999/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }
}

/** One sign-in of a confidential client; `expect` is what must be true of the view in every world. */
function signInOnce(
  name: string,
  client: Shape['client'],
  request: RequestOptions,
  expect: (view: string) => void,
): Shape {
  return {
    name,
    client,
    play: (stage) =>
      withApp(stage, client, {}, async (app) => {
        const { view } = await app.signIn(request)
        expect(JSON.stringify(view))
        return { view, seen: app.seen }
      }),
  }
}

const CLAIMS = {
  id_token: { name: { essential: true }, acr: null },
  userinfo: { email_verified: null },
}

/** Ways to ask for a sign-in, and to be answered. */
export const REQUEST_SHAPES: readonly Shape[] = [
  signInOnce('an authorization request by POST', describeClient('by-post'), { via: 'post' }, (view) =>
    assert.match(view, /"mode":"query"/),
  ),
  signInOnce('a pushed authorization request', describeClient('by-par'), { via: 'pushed' }, (view) =>
    assert.match(view, /"sub":"user-alice"/),
  ),
  signInOnce(
    'an answer by form_post',
    describeClient('form-post'),
    { parameters: { response_mode: 'form_post' } },
    (view) => assert.match(view, /"mode":"form_post"/),
  ),
  signInOnce(
    'an answer in a fragment',
    describeClient('fragment'),
    { parameters: { response_mode: 'fragment' } },
    (view) => assert.match(view, /"mode":"fragment"/),
  ),
  signInOnce(
    'a consent page',
    { ...describeClient('asks'), consent: true },
    { parameters: { scope: 'openid offline_access', prompt: 'consent' } },
    (view) => assert.match(view, /"refresh_token":"opaque"/),
  ),
  signInOnce(
    'the claims parameter',
    describeClient('claims'),
    { parameters: { claims: JSON.stringify(CLAIMS) } },
    (view) => assert.match(view, /"name":"Alice Archer"/),
  ),
  signInOnce(
    'paths in another case',
    describeClient('folded'),
    {
      rewrite: (url) => {
        url.pathname = '/Connect/Authorize'
        return url
      },
    },
    (view) => assert.match(view, /"sub":"user-alice"/),
  ),
]
