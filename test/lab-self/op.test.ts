import * as oidc from 'openid-client'
import t, { type Test } from 'tap'
import { Browser } from '../lab/browser.ts'
import { startDirectWorld } from '../lab/direct-world.ts'
import { createLoopbackAgent, createLoopbackFetch } from '../lab/loopback.ts'
import { startOp } from '../lab/op.ts'
import { makeProbeClient, makeWebClient, secretOf } from '../lab/op-world.ts'
import { isLoginPage, logIn, readClaims, signIn, startSignIn } from '../lab/people.ts'

const agent = createLoopbackAgent()
const fetch = createLoopbackFetch(agent)
t.teardown(() => agent.close())

async function openWorld(test: Pick<Test, 'teardown'>, options: Parameters<typeof startDirectWorld>[0] = {}) {
  const world = await startDirectWorld(options)
  const browser = new Browser()
  test.teardown(async () => {
    await browser.close()
    await world.close()
  })
  return { ...world, browser }
}

t.test('the OP names its public origin behind a proxy, and its routes lie under /connect/', async (t) => {
  const op = await startOp({ issuer: 'http://localhost:4400', clients: [] })
  t.teardown(() => op.close())
  const headers = { 'x-forwarded-host': 'localhost:4400', 'x-forwarded-proto': 'http' }
  const response = await fetch(`${op.url}/.well-known/openid-configuration`, { headers })
  const metadata = (await response.json()) as Record<string, unknown>
  t.match(metadata, {
    issuer: 'http://localhost:4400',
    authorization_endpoint: 'http://localhost:4400/connect/authorize',
    token_endpoint: 'http://localhost:4400/connect/token',
    jwks_uri: 'http://localhost:4400/connect/jwks',
    userinfo_endpoint: 'http://localhost:4400/connect/userinfo',
    end_session_endpoint: 'http://localhost:4400/connect/logout',
    revocation_endpoint: 'http://localhost:4400/connect/revocation',
    introspection_endpoint: 'http://localhost:4400/connect/introspect',
    pushed_authorization_request_endpoint: 'http://localhost:4400/connect/par',
    device_authorization_endpoint: 'http://localhost:4400/connect/deviceauthorization',
  })
  t.equal(op.requests.length, 1)
  t.match(op.requests[0], { method: 'GET', url: '/.well-known/openid-configuration', headers })
})

t.test('the client of the gateway learns who is signed in without a page', async (t) => {
  const publicUrl = 'http://gateway.localhost'
  const { op, web, browser } = await openWorld(t, { clients: [makeProbeClient(publicUrl)] })
  const ask = () => {
    const query = new URLSearchParams({
      client_id: 'step-up-gateway',
      redirect_uri: `${publicUrl}/step-up/probe`,
      response_type: 'code',
      scope: 'openid profile email',
      prompt: 'none',
      state: 'a',
    })
    return browser.get(`${op.url}/connect/authorize?${query}`)
  }
  t.match(String((await ask()).headers['location']), /error=login_required/)
  await signIn(browser, web, 'alice')
  const answer = new URL(String((await ask()).headers['location']))
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: answer.searchParams.get('code') ?? '',
    redirect_uri: `${publicUrl}/step-up/probe`,
    client_id: 'step-up-gateway',
    client_secret: secretOf('step-up-gateway'),
  })
  const response = await fetch(`${op.url}/connect/token`, { method: 'POST', body })
  const token = (await response.json()) as { id_token: string }
  t.match(readPayload(token.id_token), {
    sub: 'user-alice',
    amr: ['pwd'],
    acr: 'urn:lab:pwd',
    auth_time: Number,
    sid: String,
    preferred_username: 'alice',
    email: 'alice@example.com',
  })
})

t.test('tokens can be used, looked into and taken back', async (t) => {
  const { web, browser } = await openWorld(t)
  await signIn(browser, web, 'alice')
  const config = await web.discover()
  const token = web.signIns[0]?.tokens.access_token ?? ''
  t.match(await oidc.fetchUserInfo(config, token, 'user-alice'), { sub: 'user-alice', name: 'Alice Archer' })
  t.match(await oidc.tokenIntrospection(config, token), { active: true, client_id: 'web' })
  await oidc.tokenRevocation(config, token)
  t.match(await oidc.tokenIntrospection(config, token), { active: false })
})

t.test('a code lives as long as it is told, and a test can make it expire', async (t) => {
  const { op, web, browser } = await openWorld(t, { codeLifetimeSeconds: 5 })
  const stopBefore = (url: URL) => url.href.startsWith(web.redirectUri)
  const callback = await logIn(browser, await startSignIn(browser, web), 'alice').then(() =>
    startSignIn(browser, web, '', { stopBefore }),
  )
  t.equal(op.store.count('AuthorizationCode'), 2, 'the first is consumed and kept against replays')
  op.store.forget('AuthorizationCode')
  const page = await browser.navigate(String(callback.headers['location']))
  t.equal(page.status, 400)
  t.match(page.text, /invalid_grant/)
})

t.test('a person connects a device', async (t) => {
  const world = await openWorld(t, {
    clients: [
      {
        client_id: 'tv',
        client_name: 'Television',
        token_endpoint_auth_method: 'none',
        redirect_uris: [],
        response_types: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      },
    ],
  })
  const { op, browser } = world
  const config = await oidc.discovery(new URL(op.url), 'tv', undefined, oidc.None(), {
    execute: [oidc.allowInsecureRequests],
  })
  const device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' })
  const ask = await browser.navigate(device.verification_uri)
  t.match((await browser.submit(ask, { user_code: 'NOPE' })).text, /That code does not work/)
  const confirm = await browser.submit(await browser.navigate(device.verification_uri), {
    user_code: device.user_code,
  })
  t.match(confirm.text, /Connect Television/)
  const login = await browser.submit(confirm, {}, { button: 'Continue' })
  const done = await logIn(browser, login, 'alice')
  t.match(done.text, /Television is connected/)
  const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.01 })
  t.equal(tokens.claims()?.sub, 'user-alice')
})

t.test('what the OP cannot send back it says on a page', async (t) => {
  const { op, browser } = await openWorld(t)
  const unknown = await browser.navigate(`${op.url}/connect/authorize?client_id=%3Cb%3E&response_type=code`)
  t.equal(unknown.status, 400)
  t.match(unknown.text, /invalid_client/)
  t.notMatch(unknown.body, '<b>')
  const stale = await browser.navigate(`${op.url}/interaction/abcdef`)
  t.equal(stale.status, 400)
  t.match(stale.text, /expired/)
})

t.test('what a person types comes back escaped', async (t) => {
  const { web, browser } = await openWorld(t)
  const form = await startSignIn(browser, web, 'login_hint=%22%3E%3Cscript%3E')
  t.ok(isLoginPage(form))
  t.notMatch(form.body, '<script>')
  const again = await browser.submit(form, { username: '"><script>', password: 'x' })
  t.notMatch(again.body, '<script>')
})

t.test('features and configuration can be added', async (t) => {
  const client = makeWebClient('jar', 'http://jar.localhost')
  const op = await startOp({
    clients: [client],
    features: { requestObjects: { enabled: true } },
    configuration: { responseTypes: ['code', 'code id_token'] },
  })
  t.teardown(() => op.close())
  const metadata = (await (await fetch(`${op.url}/.well-known/openid-configuration`)).json()) as Record<
    string,
    unknown
  >
  t.match(metadata, {
    request_parameter_supported: true,
    response_types_supported: ['code', 'code id_token'],
  })
})

t.test('an application may start before its OP and recovers when the OP comes late', async (t) => {
  const { web, op, browser } = await openWorld(t)
  await op.close()
  const page = await startSignIn(browser, web)
  t.equal(page.status, 400)
  const later = await startOp({ issuer: op.url, port: op.port, clients: [makeWebClient('web', web.url)] })
  t.teardown(() => later.close())
  t.ok(isLoginPage(await startSignIn(browser, web)))
})

t.test('an answer that an application did not ask for gets nowhere', async (t) => {
  const { web, browser } = await openWorld(t)
  const page = await browser.navigate(`${web.redirectUri}?code=x&state=y`)
  t.equal(page.status, 400)
  t.match(page.text, /did not ask/)
  t.match((await browser.navigate(`${web.url}/nowhere`)).status, 404)
  t.same(await readClaims(browser, web), {})
})

function readPayload(jwt: string): unknown {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'))
}
