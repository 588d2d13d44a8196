import t, { type Test } from 'tap'
import { basic } from '../attacks/frame/codes.ts'
import { authorizeQuery, onRealStage, type RealStage } from '../attacks/frame/real-stage.ts'
import { form, navigation, type RawRequest } from '../attacks/frame/wire.ts'
import { makeWebClient, secretOf } from '../lab/op-world.ts'
import type { WorldOptions } from '../lab/world.ts'
import { expectOwnAnswer, expectSaid, send, sendToOp, watchLines } from './forecast-frame.ts'

/**
 * What `enforce` does is what `monitor` said: each request goes through two gateways that differ in nothing but the mode,
 * each in front of a real OP.
 */

const app = { clientId: 'app', redirectUri: 'https://app.example.com/cb' }
const elsewhere = { clientId: 'app', redirectUri: 'https://elsewhere.example.com/cb' }
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'

function describeWorld(mode: 'enforce' | 'monitor'): WorldOptions {
  const policy = { mode, refreshTokens: 'released' }
  return {
    clients: {
      web: policy,
      web2: { ...policy, grants: ['refresh_token'] },
      consenting: policy,
      app: { ...policy, redirectUris: [app.redirectUri] },
    },
    op: {
      clients: [
        makeWebClient('app', 'https://app.example.com', {
          redirect_uris: [app.redirectUri, elsewhere.redirectUri],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'implicit'],
          response_types: ['code', 'id_token', 'code id_token'],
        }),
      ],
      features: {
        clientCredentials: { enabled: true },
        requestObjects: { enabled: true },
        ciba: {
          enabled: true,
          processLoginHint: async () => undefined,
          triggerAuthenticationDevice: async () => undefined,
          validateRequestContext: async () => undefined,
          verifyUserCode: async () => undefined,
        },
      },
    },
  }
}

const enforced = await onRealStage(describeWorld('enforce'))(t)
const watched = await onRealStage(describeWorld('monitor'))(t)

/** Sends one request through both gateways, and to the OP alone. */
async function sendToAll(t: Test, request: (stage: RealStage) => RawRequest | Promise<RawRequest>) {
  const inEnforced = await request(enforced)
  const inWatched = await request(watched)
  const { lines: refused, result: refusal } = await watchLines(enforced.world, 'refused', () =>
    send(enforced.world.publicUrl, inEnforced),
  )
  const { lines: wouldRefuse, result: answer } = await watchLines(watched.world, 'would be refused', () =>
    send(watched.world.publicUrl, inWatched),
  )
  expectSaid(t, refused, wouldRefuse)
  t.equal(watched.world.audit('unwatched').length, 0)
  return { refusal, answer, refused, request: inWatched }
}

type Build = (stage: RealStage) => RawRequest | Promise<RawRequest>
/** What is sent, and what becomes of it under `enforce`: a status and a reason, or nothing. */
type Row = readonly [build: Build, refusal?: readonly [status: number, reason: string]]

const path = '/connect/authorize'
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const object = (claims: Record<string, unknown>) => `${part({ alg: 'none' })}.${part(claims)}.`

/** An authorization request of `web`; '' leaves a parameter out. */
const ask =
  (more: Record<string, string>, further = '', headers: readonly string[] = []): Build =>
  ({ world }) => ({
    target: `${path}?${authorizeQuery(world.web, more)}${further}`,
    headers: [...navigation, ...headers],
  })

const askForOther =
  (further: string): Build =>
  ({ world }) => ({ target: `${path}?${authorizeQuery(world.other)}${further}`, headers: navigation })

const post =
  (target: string, body: string, headers: readonly string[] = [form]): Build =>
  () => ({ method: 'POST', target, headers, body })

const asWeb = [form, basic('web', secretOf('web'))]
const asApp = [form, basic('app', secretOf('app'))]
const token = (body: string, headers: readonly string[] = asWeb) => post('/connect/token', body, headers)
const push = (body: string, headers: readonly string[] = asWeb) => post('/connect/par', body, headers)
const pushFor =
  (more: Record<string, string>): Build =>
  (stage) =>
    push(authorizeQuery(stage.world.web, more))(stage)

const requests: Record<string, Row> = {
  // Authorization requests
  'a usual one': [ask({})],
  'one without state': [ask({ state: '' })],
  'one that asks for what no OP gives': [ask({ code_challenge_method: 'S512' })],
  'a response type that is not listed': [ask({ response_type: 'id_token' }), [400, 'unsupported_response']],
  'a hybrid response type': [ask({ response_type: 'code id_token' }), [400, 'unsupported_response']],
  'a response mode that can not be read': [ask({ response_mode: 'jwt' }), [400, 'unsupported_response']],
  'no openid': [ask({ scope: 'profile' }), [400, 'unsupported_request']],
  'no scope': [ask({ scope: '' }), [400, 'unsupported_request']],
  'a pushed request that is not known': [
    ask({ request_uri: 'urn:ietf:params:oauth:request_uri:x' }),
    [410, 'restart'],
  ],
  'a request at a web address': [
    ask({ request_uri: 'https://app.example.com/r' }),
    [400, 'unsupported_request'],
  ],
  'a request object that is none': [ask({ request: 'x' }), [400, 'unsupported_request']],
  'an object that says something else': [
    ask({ request: object({ client_id: 'web', scope: 'openid email', state: 'another' }) }),
    [400, 'ambiguous_parameters'],
  ],
  'request and request_uri': [ask({ request: 'x', request_uri: 'urn:x' }), [400, 'ambiguous_parameters']],
  'two clients': [ask({}, '&client_id=other'), [400, 'ambiguous_parameters']],
  'two values of a parameter': [ask({}, '&ui_locales=a&ui_locales=b'), [400, 'ambiguous_parameters']],
  'a broken escape': [ask({}, '&login_hint=100%'), [400, 'malformed_parameters']],
  'a name outside ASCII': [ask({}, '&%C3%A9=x'), [400, 'ambiguous_parameters']],
  'a client that looks like another': [ask({ client_id: 'WEB' }), [400, 'ambiguous_parameters']],
  'prompts that contradict': [ask({ prompt: 'none login' }), [400, 'malformed_parameters']],
  'two cookies of the session': [ask({}, '', ['Cookie: _session=a; _session=b']), [400, 'ambiguous_cookies']],
  'too much of it': [
    post(path, `client_id=web&response_type=code&state=${'%20'.repeat(20_000)}${'<'.repeat(9000)}`),
    [413, 'body_too_large'],
  ],
  'too many parameters': [
    post(path, `client_id=web&response_type=code${'&a=b'.repeat(1000)}`),
    [413, 'body_too_large'],
  ],
  'a JSON body': [post(path, '{}', ['Content-Type: application/json']), [415, 'unsupported_content_type']],
  'a PUT': [
    () => ({ method: 'PUT', target: `${path}?client_id=web`, headers: [] }),
    [405, 'method_not_allowed'],
  ],
  'a GET with a body': [
    ({ world }) => ({ target: `${path}?${authorizeQuery(world.web)}`, headers: navigation, body: 'a=b' }),
    [400, 'malformed_parameters'],
  ],
  'a form of the OP, twice as clear': [
    post(path, 'client_id=web&state=a&state=b'),
    [400, 'ambiguous_parameters'],
  ],
  'a form of the OP': [post(path, 'client_id=web&state=a&scope=profile&scope=email')],
  'a request of an unlisted client': [askForOther('')],
  'an odd request of an unlisted client': [askForOther('&login_hint=100%')],
  'an unreadable request of an unlisted client': [
    askForOther('&client_id=another'),
    [400, 'ambiguous_parameters'],
  ],
  'a request of nobody': [
    () => ({ target: `${path}?response_type=code&login_hint=100%`, headers: navigation }),
    [400, 'malformed_parameters'],
  ],
  // Preflights
  'a preflight': [
    () => ({
      method: 'OPTIONS',
      target: '/connect/token',
      headers: ['Origin: https://app.example.com', 'Access-Control-Request-Method: POST'],
    }),
  ],
  'a preflight with a body': [
    () => ({ method: 'OPTIONS', target: '/connect/token', headers: [form], body: 'a=b' }),
    [400, 'malformed_headers'],
  ],
  'a preflight with parameters': [
    () => ({ method: 'OPTIONS', target: '/connect/token?client_id=web' }),
    [400, 'malformed_parameters'],
  ],
  // Token requests
  'client credentials': [token('grant_type=client_credentials'), [400, 'unauthorized_client']],
  'client credentials that the OP grants': [
    token('grant_type=client_credentials', asApp),
    [400, 'unauthorized_client'],
  ],
  'a password': [token('grant_type=password&username=a&password=b'), [400, 'unauthorized_client']],
  'no grant': [token('scope=openid'), [400, 'unauthorized_client']],
  'a device code': [
    token('grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=d'),
    [400, 'unauthorized_client'],
  ],
  'a code that nobody gave': [token('grant_type=authorization_code&code=x'), [400, 'invalid_grant']],
  'a refresh token that nobody gave': [
    token('grant_type=refresh_token&refresh_token=x'),
    [400, 'invalid_grant'],
  ],
  'a code of nobody': [token('grant_type=authorization_code&code=x', [form]), [400, 'invalid_grant']],
  'a device code of nobody': [token('device_code=x', [form]), [400, 'invalid_grant']],
  'a token exchange for a protected client': [
    token(`grant_type=${tokenExchange}&subject_token=x&audience=web`, [
      form,
      basic('other', secretOf('other')),
    ]),
    [400, 'unauthorized_client'],
  ],
  'a token exchange for many': [
    token(
      `grant_type=${tokenExchange}&subject_token=x${Array.from({ length: 65 }, (_, at) => `&audience=${at}`).join('')}`,
      [form, basic('other', secretOf('other'))],
    ),
    [400, 'invalid_request'],
  ],
  'a parameter in the query': [
    post('/connect/token?scope=a', 'grant_type=refresh_token&refresh_token=x', asWeb),
    [400, 'malformed_parameters'],
  ],
  'two clients at once': [
    token('grant_type=refresh_token&refresh_token=x&client_id=app'),
    [400, 'ambiguous_parameters'],
  ],
  'a client in another case': [
    token('grant_type=refresh_token&refresh_token=x', [form, basic('WEB', 'x')]),
    [400, 'ambiguous_parameters'],
  ],
  'Basic that can not be read': [
    token('grant_type=refresh_token', [form, 'Authorization: Basic !']),
    [400, 'malformed_headers'],
  ],
  'JSON for tokens': [token('{}', ['Content-Type: application/json']), [415, 'unsupported_content_type']],
  'a GET for tokens': [
    () => ({ target: '/connect/token', headers: navigation }),
    [405, 'method_not_allowed'],
  ],
  'a token request of an unlisted client': [
    token('grant_type=refresh_token&refresh_token=x', [form, basic('other', secretOf('other'))]),
  ],
  // What starts outside the browser
  'a pushed request': [pushFor({})],
  'a pushed request with a response type': [
    pushFor({ response_type: 'id_token' }),
    [400, 'unsupported_response'],
  ],
  'a pushed request of a client that may not': [
    push('response_type=code', [form, basic('web2', secretOf('web2'))]),
    [400, 'unauthorized_client'],
  ],
  'a pushed request of nobody': [push('response_type=code', [form]), [400, 'invalid_request']],
  'a pushed request that is too long': [
    push(`response_type=code&state=${'<'.repeat(9000)}`),
    [413, 'body_too_large'],
  ],
  'a pushed request with two states': [
    push('response_type=code&ui_locales=a&ui_locales=b'),
    [400, 'ambiguous_parameters'],
  ],
  'a device request': [
    post('/connect/deviceauthorization', 'scope=openid', asWeb),
    [400, 'unauthorized_client'],
  ],
  'a device request of nobody': [
    post('/connect/deviceauthorization', 'scope=openid'),
    [400, 'invalid_request'],
  ],
  'a CIBA request': [
    post('/connect/ciba', 'scope=openid&login_hint=alice', asWeb),
    [400, 'unauthorized_client'],
  ],
}

for (const [name, [build, refusal]] of Object.entries(requests)) {
  t.test(name, async (t) => {
    const { answer, refusal: got, refused, request } = await sendToAll(t, build)
    if (refusal === undefined) {
      t.same(refused, [])
    } else {
      t.match([got.status, refused.map(({ reason, code }) => reason ?? code)], [refusal[0], [refusal[1]]])
    }
    expectOwnAnswer(t, answer, await sendToOp(watched.world, watched.world.op, request))
  })
}
