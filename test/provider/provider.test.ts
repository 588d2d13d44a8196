import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { classifyTarget, type EndpointKind } from '../../src/http/endpoints.ts'
import { parseTarget } from '../../src/http/target.ts'
import type { Provider } from '../../src/provider/provider.ts'
import { face, issuer, json, startScriptedOp } from '../probe/scripted-op.ts'

const discovery = '/.well-known/openid-configuration'
const explicit = { authorization: '/auth', token: `${issuer}/oauth/token`, jwks: '/keys' }

/** Waits for what a server or a timer brings about. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setTimeout(5)
}

function kindOf(provider: Provider, path: string): EndpointKind {
  return classifyTarget(parseTarget(path), provider.guarded)
}

async function reasonOf(provider: Provider): Promise<string> {
  provider.start()
  await until(() => provider.state.ready || !/not read yet/.test(provider.state.reason))
  return provider.state.ready ? 'ready' : provider.state.reason
}

t.test('metadata comes through the upstream, under the public name', async (t) => {
  const op = await startScriptedOp(t)
  const { provider, lines } = face(t, op.port)
  t.throws(() => provider.guarded, { code: 'provider_unavailable', message: 'the metadata is not read yet' })
  t.throws(() => provider.metadata, { code: 'provider_unavailable' })
  t.throws(() => provider.configuration, { code: 'provider_unavailable' })
  provider.start()
  provider.start()
  await provider.ready()
  t.same(provider.state, { ready: true })
  t.equal(provider.metadata.token_endpoint, `${issuer}/token`)
  t.equal(provider.configuration.clientMetadata().client_id, 'step-up-gateway')
  t.equal(op.asked.length, 1)
  t.equal(op.asked[0]?.request.headers.host, 'login.example.com')
  t.equal(op.asked[0]?.url.pathname, discovery)
  t.match(lines, [{ level: 30, issuer }])
  t.equal(lines.length, 1)
})

t.test('what discovery and configuration name is guarded', async (t) => {
  const op = await startScriptedOp(t)
  Object.assign(op.metadata, {
    pushed_authorization_request_endpoint: `${issuer}/par`,
    device_authorization_endpoint: 'https://issuer.internal/device',
    backchannel_authentication_endpoint: `http://127.0.0.1:${op.port}/ciba`,
    introspection_endpoint: `${issuer}/token/introspection`,
    userinfo_endpoint: 'no URL',
    end_session_endpoint: null,
    mtls_endpoint_aliases: {
      token_endpoint: 'https://mtls.example.com/token',
      pushed_authorization_request_endpoint: `${issuer}/mtls/par`,
    },
  })
  const { provider, lines } = face(t, op.port, {
    hosts: ['issuer.internal'],
    provider: {
      authorizePaths: ['/authorize/callback'],
      tokenPaths: ['/legacy-token'],
      closedPaths: ['/register'],
    },
  })
  provider.start()
  await provider.ready()
  const table: [path: string, kind: EndpointKind][] = [
    ['/authorize', 'authorization'],
    ['/authorize/callback', 'authorization'],
    ['/token', 'token'],
    ['/legacy-token', 'token'],
    ['/par', 'pushed_authorization'],
    ['/mtls/par', 'pushed_authorization'],
    ['/device', 'device_authorization'],
    ['/ciba', 'backchannel_authentication'],
    ['/step-up/return', 'own'],
    ['/token/introspection', 'open'],
    ['/userinfo', 'open'],
  ]
  for (const [path, kind] of table) t.equal(kindOf(provider, path), kind, path)
  t.throws(() => kindOf(provider, '/token/other'), { code: 'ambiguous_target' })
  t.throws(() => kindOf(provider, '/register'), { code: 'not_found' })
  const warnings = lines.filter(({ level }) => level === 40)
  t.match(warnings, [{ endpoint: 'token_endpoint at https://mtls.example.com' }])
  t.equal(warnings.length, 1)
})

t.test('what is wrong with the metadata is told', async (t) => {
  const op = await startScriptedOp(t)
  const good = { ...op.metadata }
  const html = '<!doctype html><title>Sign in</title>'
  const table: [
    what: string,
    script: (response: Parameters<typeof json>[0]) => unknown,
    reason: RegExp | string,
  ][] = [
    [
      '404',
      (r) => json(r, good, 404),
      'discovery at /.well-known/openid-configuration answered 404; set provider.issuer, or provider.endpoints where there is no such document',
    ],
    ['500', (r) => json(r, good, 500), 'discovery at /.well-known/openid-configuration answered 500'],
    ['429', (r) => json(r, good, 429), /answered 429$/],
    ['a redirect', (r) => r.writeHead(302, { location: '/login' }).end(), /answered 302;/],
    [
      'a page',
      (r) => r.writeHead(200, { 'content-type': 'text/html' }).end(html),
      /answered 200 without JSON;/,
    ],
    ['nothing', (r) => r.writeHead(200).end(), /answered 200 without JSON;/],
    ['a list', (r) => json(r, [good]), 'discovery is not readable: all of it'],
    ['a word', (r) => json(r, 'metadata'), 'discovery is not readable: all of it'],
    ['no issuer', (r) => json(r, { ...good, issuer: null }), 'discovery is not readable: issuer'],
    ['a number', (r) => json(r, { ...good, token_endpoint: 1 }), 'discovery is not readable: token_endpoint'],
    [
      'a path',
      (r) => json(r, { ...good, token_endpoint: '/token' }),
      'discovery is not readable: token_endpoint',
    ],
    [
      'a script',
      (r) => json(r, { ...good, jwks_uri: 'javascript:alert(1)' }),
      'discovery is not readable: jwks_uri',
    ],
    [
      'another issuer',
      (r) => json(r, { ...good, issuer: 'https://evil.example' }),
      'issuer is "https://evil.example", expected "https://login.example.com"',
    ],
    [
      'no keys',
      (r) => json(r, { ...good, jwks_uri: undefined }),
      'jwks_uri is missing: set provider.endpoints.jwks',
    ],
    [
      'another host',
      (r) => json(r, { ...good, token_endpoint: 'https://api.example.com/token?secret' }),
      "token_endpoint is on https://api.example.com, which is not the upstream's: set provider.endpoints.token",
    ],
    [
      'plain http',
      (r) => json(r, { ...good, token_endpoint: 'http://login.example.com/token' }),
      'token_endpoint is on http://login.example.com under an https issuer: the OP does not believe X-Forwarded-Proto. Have it trust the gateway, or list http://login.example.com in upstream.names',
    ],
    [
      'an issuer by plain http',
      (r) => json(r, { ...good, issuer: 'http://login.example.com/' }),
      'issuer is "http://login.example.com/", expected "https://login.example.com": the OP does not believe X-Forwarded-Proto. Have it trust the gateway',
    ],
    [
      'one path for two things',
      (r) => json(r, { ...good, token_endpoint: `${issuer}/authorize` }),
      /the path \/authorize is listed as/,
    ],
    [
      'a path of ours',
      (r) => json(r, { ...good, token_endpoint: `${issuer}/step-up/token` }),
      /\/step-up\/token/,
    ],
    ['too much', (r) => r.writeHead(200).end(Buffer.alloc(2 ** 21)), /^upstream_unreadable: /],
    ['a broken line', (r) => r.destroy(), /^upstream_unreachable: /],
  ]
  for (const [what, script, reason] of table) {
    op.steps[discovery] = (_asked, response) => script(response)
    const { provider, lines } = face(t, op.port)
    t.match(await reasonOf(provider), reason, what)
    t.throws(() => provider.guarded, { code: 'provider_unavailable', message: reason }, what)
    await until(() => op.asked.length > 3)
    await provider.close()
    t.ok(lines.length > 0 && lines.length < op.asked.length, `${what}: not a line for each try`)
    op.asked.length = 0
  }
})

t.test('an issuer may have a path, or a slash at its end', async (t) => {
  const op = await startScriptedOp(t)
  op.metadata['issuer'] = `${issuer}/`
  const { provider } = face(t, op.port)
  provider.start()
  await provider.ready()
  t.equal(provider.metadata.issuer, `${issuer}/`)

  const realm = 'https://sso.example.com/realms/a'
  op.metadata['issuer'] = realm
  op.steps[`/realms/a${discovery}`] = (_asked, response) => json(response, op.metadata)
  const second = face(t, op.port, { provider: { issuer: realm } })
  second.provider.start()
  await second.provider.ready()
  t.equal(second.provider.metadata.issuer, realm)
})

t.test('endpoints that are configured', async (t) => {
  await t.test('go over the discovered ones, which stay guarded', async (t) => {
    const op = await startScriptedOp(t)
    op.metadata['token_endpoint'] = 'https://api.example.com/token'
    const { provider, lines } = face(t, op.port, {
      provider: { endpoints: { ...explicit, userinfo: '/me' } },
    })
    provider.start()
    await provider.ready()
    t.match(provider.metadata, {
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/keys`,
      userinfo_endpoint: `${issuer}/me`,
    })
    t.equal(kindOf(provider, '/auth'), 'authorization')
    t.equal(kindOf(provider, '/authorize'), 'authorization')
    t.equal(kindOf(provider, '/oauth/token'), 'token')
    t.match(lines[0], { endpoint: 'token_endpoint at https://api.example.com' })
  })

  await t.test('are enough where discovery is absent, now and later', async (t) => {
    const op = await startScriptedOp(t)
    delete op.steps[discovery]
    const { provider, lines } = face(t, op.port, { provider: { endpoints: explicit } }, { refresh: 10 })
    provider.start()
    await provider.ready()
    t.equal(provider.metadata.issuer, issuer)
    t.ok(provider.metadata.id_token_signing_alg_values_supported?.includes('ES256'))
    const { configuration } = provider
    await until(() => op.asked.length > 4)
    t.equal(provider.configuration, configuration)
    t.same(
      lines.map(({ level }) => level),
      [30],
    )
  })

  await t.test('wait for an OP that is not up', async (t) => {
    const op = await startScriptedOp(t)
    op.steps[discovery] = (_asked, response) => json(response, {}, 503)
    const { provider } = face(t, op.port, { provider: { endpoints: explicit } })
    t.match(await reasonOf(provider), /answered 503$/)
  })

  await t.test('all of them are needed', async (t) => {
    const op = await startScriptedOp(t)
    delete op.steps[discovery]
    const { provider } = face(t, op.port, {
      provider: { endpoints: { ...explicit, jwks: undefined } as object },
    })
    t.match(await reasonOf(provider), /answered 404; set provider.issuer/)
  })
})

t.test('an OP that starts later is found', async (t) => {
  const place = createTcpServer().listen(0, '127.0.0.1')
  await once(place, 'listening')
  const { port } = place.address() as AddressInfo
  await new Promise((resolve) => place.close(resolve))
  const { provider, lines } = face(t, port)
  t.match(await reasonOf(provider), 'upstream_unreachable: ECONNREFUSED')
  let done = false
  const waiting = provider.ready().then(() => {
    done = true
  })
  await setTimeout(100)
  t.notOk(done)
  const op = await startScriptedOp(t)
  const server = createServer((_request, response) => json(response, op.metadata)).listen(port, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await waiting
  t.same(provider.state, { ready: true })
  t.same(
    lines.map(({ level }) => level),
    [40, 30],
  )
})

t.test('a refresh', async (t) => {
  const op = await startScriptedOp(t)
  const { provider, lines } = face(t, op.port, {}, { refresh: 10 })
  provider.start()
  await provider.ready()
  const { metadata } = provider

  await t.test('that fails keeps what is known', async (t) => {
    op.steps[discovery] = (_asked, response) => json(response, {}, 500)
    await until(() => lines.length > 1)
    op.metadata['token_endpoint'] = `${issuer}/authorize`
    op.steps[discovery] = (_asked, response) => json(response, op.metadata)
    await until(() => lines.length > 2)
    t.match(lines.slice(1), [
      { level: 40, reason: /answered 500$/ },
      { level: 40, reason: /listed as/ },
    ])
    t.same(provider.state, { ready: true })
    t.equal(provider.metadata, metadata)
  })

  await t.test('that brings news guards the old and the new', async (t) => {
    op.metadata['token_endpoint'] = `${issuer}/v2/token`
    await until(() => provider.metadata !== metadata)
    t.equal(provider.metadata.token_endpoint, `${issuer}/v2/token`)
    t.equal(kindOf(provider, '/token'), 'token')
    t.equal(kindOf(provider, '/v2/token'), 'token')
    t.equal(lines.length, 3)
  })
})

t.test('plain http is accepted where the upstream is, and told', async (t) => {
  const op = await startScriptedOp(t)
  const local = `http://127.0.0.1:${op.port}`
  Object.assign(op.metadata, {
    issuer: local,
    authorization_endpoint: `${local}/authorize`,
    token_endpoint: `${local}/token`,
    jwks_uri: `${local}/jwks`,
  })
  const { provider, lines } = face(t, op.port, { provider: { issuer: local } }, { refresh: 10 })
  provider.start()
  await provider.ready()
  await until(() => op.asked.length > 3)
  t.match(lines, [{ level: 40, endpoint: local }, { level: 30 }])
  t.equal(lines.length, 2, 'told once')
})

t.test('the end', async (t) => {
  const op = await startScriptedOp(t)
  op.steps[discovery] = () => {}
  const { provider, lines } = face(t, op.port)
  provider.start()
  await until(() => op.asked.length > 0)
  const waiting = t.rejects(provider.ready(), { code: 'provider_unavailable', message: 'closed' })
  await provider.close()
  await waiting
  t.same(lines, [])

  const idle = face(t, op.port).provider
  await idle.close()
  t.equal(op.asked.length, 1)

  delete op.steps[discovery]
  const resting = face(t, op.port).provider
  await reasonOf(resting)
  await resting.close()
  const { length } = op.asked
  await setTimeout(100)
  t.equal(op.asked.length, length, 'no further reading')
})
