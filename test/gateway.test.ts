import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request as openRequest, type ServerResponse } from 'node:http'
import t from 'tap'
import { classifyTarget } from '../src/http/endpoints.ts'
import { parseTarget } from '../src/http/target.ts'
import { startBareUpstream } from './e2e/bare-upstream.ts'
import { passChallenge } from './e2e/challenge.ts'
import { expectSignedIn } from './e2e/expect.ts'
import { openBrowser, openWorld, watch } from './e2e/stage.ts'
import { stepUpForWeb } from './lab/authsignal/rules.ts'
import { lookupLoopback } from './lab/loopback.ts'
import { signIn } from './lab/people.ts'
import { freePorts } from './lab/ports.ts'
import { promise } from './lab/promise.ts'

t.test('a challenge of before ends after, and new requests get the new configuration', async (t) => {
  const world = await openWorld(t, { rules: [stepUpForWeb] })
  const { gateway, config, web } = world
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')

  const { mode: _enforce, ...policy } = config.clients.get('web') ?? config.defaults
  await gateway.apply({ ...config, clients: new Map([['web', { ...policy, mode: 'off' as const }]]) })
  t.match(world.log.map((line) => JSON.parse(line)).at(-1), {
    level: 40,
    msg: 'a change of the configuration protects less',
    unprotected: ['client web'],
    more: undefined,
  })
  const seen = watch(world)
  const another = openBrowser(t)
  await expectSignedIn(t, another, await signIn(another, web, 'alice'), web)
  t.equal(seen.tracks(), 0, 'who signs in now is not asked about')

  await gateway.apply(config)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
  t.equal(seen.audit('released').length, 1)
})

t.test('what can not take effect changes nothing', async (t) => {
  const upstream = await startBareUpstream(t, { '/page': (_request, response) => response.end('a page') })
  const { gateway, config, publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
  const [nobody = 0] = await freePorts(1)
  const away = { ...config.upstream, url: `http://127.0.0.1:${nobody}` }
  await t.rejects(gateway.apply({ ...config, upstream: away }), {
    message: /^the OP's metadata: upstream_unreachable: ECONNREFUSED/,
  })
  const topology = { kind: 'single', node: { host: '127.0.0.1', port: nobody }, database: 0 } as const
  const store = {
    topology,
    isTls: false,
    prefix: 'step-up',
    tls: {},
    connectTimeout: 30_000,
    timeout: 30_000,
  }
  await t.rejects(gateway.apply({ ...config, store }), {
    message: 'the store: it can not be reached (ECONNREFUSED)',
  })
  const logo = { file: '/our/logo.txt', bytes: Buffer.from('no image') }
  await t.rejects(gateway.apply({ ...config, pages: { logo } }), /is not an SVG, PNG or JPEG image/)
  t.equal(await (await fetch(`${publicUrl}/page`)).text(), 'a page')
  t.same(gateway.keysForRestart, [])
})

t.test('a certificate that can not be used changes nothing either', async (t) => {
  const read = (name: string) => readFileSync(new URL(`fixtures/tls/${name}`, import.meta.url), 'utf8')
  const tls = { cert: read('localhost.pem'), key: read('localhost.key') }
  const [port = 0] = await freePorts(1)
  const { gateway, config } = await openWorld(t, { config: { listen: { host: '127.0.0.1', port, tls } } })
  const { provider } = gateway
  await t.rejects(gateway.apply({ ...config, listen: { ...config.listen, tls: { ...tls, key: 'none' } } }))
  t.equal(gateway.provider, provider)
})

t.test('clients can change while the OP is down', async (t) => {
  const upstream = await startBareUpstream(t, {})
  const { gateway, config, log } = await openWorld(t, { upstreamUrl: upstream.url })
  await upstream.close()
  const policy = { ...config.defaults, mode: 'enforce' as const }
  const clients = new Map(Array.from({ length: 21 }, (_, index) => [`${index}`, policy]))
  await gateway.apply({ ...config, clients })
  await gateway.apply({ ...config, clients: new Map() })
  t.match(JSON.parse(log.at(-1) ?? ''), { unprotected: { length: 20 }, more: 1 })
  t.ok(gateway.provider.state.ready, 'what was known of the OP still holds')
})

t.test('a path that the OP named before stays guarded', async (t) => {
  let version = 1
  const upstream = await startBareUpstream(t, {
    '/.well-known/openid-configuration': ({ headers }, response) => {
      const issuer = `http://${headers.host}`
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/v${version}/token`,
        jwks_uri: `${issuer}/jwks`,
      }
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata))
    },
  })
  const { gateway, config } = await openWorld(t, { upstreamUrl: upstream.url })
  const kindOf = (path: string) => classifyTarget(parseTarget(path), gateway.provider.guarded)
  const withTokenPaths = (...tokenPaths: string[]) => ({
    ...config,
    provider: { ...config.provider, tokenPaths },
  })
  version = 2
  await gateway.apply(withTokenPaths('/ours'))
  t.same(['/v1/token', '/v2/token', '/ours'].map(kindOf), ['token', 'token', 'token'])
  await gateway.apply(withTokenPaths())
  t.same(['/v1/token', '/v2/token'].map(kindOf), ['token', 'token'])
  t.equal(kindOf('/ours'), 'open', 'what an operator named goes with the configuration')
  await gateway.apply({ ...config, hosts: ['other.example.com'] })
  t.equal(kindOf('/v1/token'), 'open', 'it could be that of another OP')
})

t.test('operators see what is in effect', async (t) => {
  const { gateway, config, adminUrl } = await openWorld(t)
  const page = async () => (await fetch(`${adminUrl}/`)).text()
  t.match(await page(), /\bweb\b/)
  await gateway.apply({ ...config, clients: new Map() })
  t.notMatch(await page(), /\bweb2\b/)
})

t.test('the keys of listeners need a restart', async (t) => {
  const { gateway, config } = await openWorld(t)
  await gateway.apply({
    ...config,
    listen: { ...config.listen, port: 1 },
    maxHeaderSize: 8192,
    monitoring: { host: '0.0.0.0', port: 1 },
  })
  t.same(gateway.keysForRestart, ['listen', 'monitoring', 'maxHeaderSize'])
  await gateway.apply(config)
  t.same(gateway.keysForRestart, [])
})

t.test('an answer under way ends with the configuration that it began with', async (t) => {
  const answered = promise<ServerResponse>()
  const upstream = await startBareUpstream(t, { '/slow': (_request, response) => answered.resolve(response) })
  const { gateway, config, publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
  const asked = fetch(`${publicUrl}/slow`)
  const response = await answered.promise
  await gateway.apply({ ...config, provider: { ...config.provider, closedPaths: ['/slow'] } })
  t.equal((await fetch(`${publicUrl}/slow`)).status, 404)
  response.end('at last')
  t.equal(await (await asked).text(), 'at last')
})

t.test('an end while another configuration is tried', async (t) => {
  const asked = promise<ServerResponse>()
  const slow = await startBareUpstream(t, {
    '/.well-known/openid-configuration': (_request, response) => asked.resolve(response),
  })
  const world = await openWorld(t)
  const { gateway, config } = world
  const applied = t.rejects(gateway.apply({ ...config, upstream: { ...config.upstream, url: slow.url } }))
  const response = await asked.promise
  await gateway.close()
  response.destroy()
  await applied
})

t.test('it goes on for a while before it ends, and is not ready', async (t) => {
  const waits: number[] = []
  const waiting = promise<undefined>()
  const over = promise<undefined>()
  const upstream = await startBareUpstream(t, { '/page': (_request, response) => response.end('a page') })
  const world = await openWorld(t, {
    upstreamUrl: upstream.url,
    config: { shutdown: { delay: '5s', grace: '20s' } },
    wait: (ms) => {
      waits.push(ms)
      waiting.resolve(undefined)
      return over.promise
    },
  })
  const closed = world.gateway.close()
  await waiting.promise
  const ready = await fetch(`${world.adminUrl}/readyz`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { reason: 'this gateway is shutting down' })
  t.equal((await fetch(`${world.adminUrl}/startupz`)).status, 200)
  t.equal((await fetch(`${world.adminUrl}/livez`)).status, 200)
  const asked = openRequest(`${world.publicUrl}/page`, {
    lookup: lookupLoopback,
    headers: { connection: 'keep-alive' },
  }).end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers.connection, 'close')
  over.resolve(undefined)
  await closed
  t.same(waits, [5000, 20_000])
  await t.rejects(fetch(`${world.publicUrl}/page`))
})
