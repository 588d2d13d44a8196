import { gzipSync } from 'node:zlib'
import t from 'tap'
import { freePorts } from '../lab/ports.ts'
import { startWorld } from '../lab/world.ts'
import { startBareUpstream } from './bare-upstream.ts'
import { closeExchanges, exchange } from './exchange.ts'
import { expectPage } from './expect.ts'
import { readReadyz } from './readyz.ts'
import { openBrowser, openWorld } from './stage.ts'

t.teardown(closeExchanges)

t.test('upstream refused: 502', async (t) => {
  const upstream = await startBareUpstream(t, {})
  const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
  await upstream.close()
  const browser = openBrowser(t)
  expectPage(t, await browser.navigate(`${publicUrl}/a/page`), 502, /not available right now/)
  const page = await browser.post(`${publicUrl}/connect/token`, { client_id: 'other', grant_type: 'x' })
  t.equal(page.status, 502)
  t.equal(JSON.parse(page.body).error, 'temporarily_unavailable')
})

t.test('upstream silent: 504', async (t) => {
  const upstream = await startBareUpstream(t, { '/silent': () => {} })
  const config = { upstream: { url: upstream.url, timeout: '300ms' } }
  const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url, config })
  const page = await openBrowser(t).navigate(`${publicUrl}/silent`)
  expectPage(t, page, 504, /not available right now/)
})

t.test('a page that breaks off while it is read: 502', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n'
  const upstream = await startBareUpstream(t, { '/broken': ({ socket }) => socket.end(`${head}<p>x`) })
  const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
  expectPage(t, await openBrowser(t).navigate(`${publicUrl}/broken`), 502, /not available right now/)
})

t.test('an answer that is no HTTP: 502', async (t) => {
  const upstream = await startBareUpstream(t, {
    '/garbage': ({ socket }) => socket.end('SSH-2.0-OpenSSH\r\n\r\n'),
    '/reset': ({ socket }) => socket.resetAndDestroy(),
    '/no-status': ({ socket }) => socket.end('HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n'),
    '/two-locations': (_, response) => response.writeHead(302, ['location', '/a', 'location', '/b']).end(),
  })
  const { publicUrl } = await openWorld(t, { upstreamUrl: upstream.url })
  for (const path of ['/garbage', '/reset', '/no-status', '/two-locations']) {
    expectPage(t, await openBrowser(t).navigate(`${publicUrl}${path}`), 502, /not available right now/)
  }
})

t.test('the OP is down at the start: 503 and a reason, and ready by itself later', async (t) => {
  const [port = 0] = await freePorts(1)
  const world = await startWorld({ upstreamUrl: `http://127.0.0.1:${port}` })
  t.teardown(() => world.close())
  const { publicUrl, adminUrl, gateway } = world
  const browser = openBrowser(t)
  const page = await browser.navigate(`${publicUrl}/a/page`)
  expectPage(t, page, 503, /not available right now/)
  t.match(page.headers['retry-after'], /^\d+$/)
  const before = await readReadyz(world)
  t.equal(before.status, 503)
  t.match(before.body.reason, /./)
  t.equal((await fetch(`${adminUrl}/livez`)).status, 200)
  await startBareUpstream(t, { '/a/page': (_, response) => response.end('a page') }, port)
  await gateway.provider.ready()
  t.equal((await browser.navigate(`${publicUrl}/a/page`)).body, 'a page')
  t.same(await readReadyz(world), { status: 200, body: { status: 'ok' } })
})

t.test('metadata that the OP compresses whatever it was asked, and internal names in it', async (t) => {
  const offers: unknown[] = []
  const upstream = await startBareUpstream(t, {
    '/.well-known/openid-configuration': ({ headers }, response) => {
      offers.push(headers['accept-encoding'])
      const issuer = `http://${headers.host}`
      const metadata = {
        issuer,
        authorization_endpoint: `${issuer}/connect/authorize`,
        token_endpoint: `${upstream.url}/connect/token`,
        jwks_uri: `${upstream.url}/connect/jwks`,
      }
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(gzipSync(JSON.stringify(metadata)))
    },
  })
  const off = { mode: 'off' }
  const { publicUrl } = await openWorld(t, {
    upstreamUrl: upstream.url,
    clients: { web: off, web2: off, consenting: off },
  })
  const path = '/.well-known/openid-configuration'
  const answer = await exchange(`${publicUrl}${path}`, { headers: { 'accept-encoding': 'zstd' } })
  t.equal(JSON.parse(`${answer.body}`).token_endpoint, `${publicUrl}/connect/token`)
  t.same(offers, ['identity', 'identity'])
})
