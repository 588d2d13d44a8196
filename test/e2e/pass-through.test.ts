import t from 'tap'
import { startDirectWorld } from '../lab/direct-world.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { playScenario, SCENARIOS } from '../lab/scenarios.ts'
import { authorizationUrl } from './authorization.ts'
import { type Ask, closeExchanges, exchange } from './exchange.ts'
import { expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

t.teardown(closeExchanges)

t.test('the same scenarios through a gateway that protects nobody', async (t) => {
  const off = { mode: 'off' }
  const world = await openWorld(t, { clients: { web: off, web2: off, consenting: off } })
  for (const scenario of SCENARIOS) {
    t.test(scenario.name, () => playScenario(scenario, world))
  }
  t.equal(world.authsignal.control.tracks.length, 0)
  t.same(world.audit('decision'), [])
})

t.test('the same scenarios for clients that are only watched', async (t) => {
  const monitor = { mode: 'monitor' }
  const world = await openWorld(t, { clients: { web: monitor, web2: monitor, consenting: monitor } })
  for (const scenario of SCENARIOS) {
    await t.test(scenario.name, () => playScenario(scenario, world))
  }
  t.same([world.audit('would_refuse'), world.audit('unwatched')], [[], []], 'enforce would refuse nothing')
})

t.test('an unprotected client beside protected ones', async (t) => {
  const world = await openWorld(t)
  const { other, op, publicUrl } = world
  const direct = await startDirectWorld()
  t.teardown(() => direct.close())

  t.test('no cookie of ours, and no request at the OP that it would not have got anyway', async (t) => {
    const seen = watch(world)
    const ways = []
    for (const { other } of [world, direct]) {
      const browser = openBrowser(t)
      await expectSignedIn(t, browser, await signIn(browser, other, 'alice'), other)
      await expectSignedIn(t, browser, await startSignIn(browser, other), other)
      await expectSignedIn(t, browser, await startSignIn(browser, other, 'prompt=none'), other)
      t.equal(await browser.cookie(publicUrl, 'step-up'), undefined)
      ways.push(browser)
    }
    const bare = (request: string): string => request.replace(/(interaction|authorize)\/[\w-]+/, '$1/…')
    t.same(
      seen.atOp().map(bare),
      direct.op.requests.map(({ method, url }) => bare(`${method} ${url.split('?', 1)}`)),
    )
    t.equal(world.authsignal.control.tracks.length, 0)
  })

  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const asks: Record<string, readonly [path: string, ask?: Ask]> = {
    discovery: ['/.well-known/openid-configuration'],
    'discovery by HEAD': ['/.well-known/openid-configuration', { method: 'HEAD' }],
    keys: ['/connect/jwks'],
    'a page that is not there': ['/no/such/page?a=b&&c'],
    'an error page': ['/connect/authorize?client_id=nobody'],
    'an error that goes to the client': [
      new URL(authorizationUrl(world, other, { prompt: 'none', state: 'ö &=+' })).href.slice(
        publicUrl.length,
      ),
    ],
    'a request with an odd query': ['/connect/authorize?client_id=nobody&x=%7E~%20+|{}'],
    'userinfo without a token': ['/connect/userinfo'],
    'userinfo with a wrong token': ['/connect/userinfo', { headers: { authorization: 'Bearer x' } }],
    'the token endpoint without a client': ['/connect/token', { method: 'POST', headers: form, body: 'a=b' }],
    'the token endpoint with a wrong code': [
      '/connect/token',
      {
        method: 'POST',
        headers: form,
        body: `grant_type=authorization_code&code=x&client_id=other&client_secret=wrong`,
      },
    ],
    'introspection without a client': [
      '/connect/introspect',
      { method: 'POST', headers: form, body: 'token=x' },
    ],
    'a preflight request': [
      '/connect/token',
      {
        method: 'OPTIONS',
        headers: {
          origin: other.url,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'dpop',
        },
      },
    ],
    'a preflight request of a pushed request': [
      '/connect/par',
      {
        method: 'OPTIONS',
        headers: { origin: other.url, 'access-control-request-method': 'POST' },
      },
    ],
    'a method that nobody knows': ['/connect/jwks', { method: 'PROPFIND' }],
  }
  for (const [name, [path, ask = {}]] of Object.entries(asks)) {
    t.test(`byte for byte what the OP says: ${name}`, async (t) => {
      const told = { host: new URL(publicUrl).host, 'x-forwarded-host': new URL(publicUrl).host }
      const through = await exchange(`${publicUrl}${path}`, ask)
      const headers = { ...ask.headers, ...told, 'x-forwarded-proto': 'http' }
      const straight = await exchange(`${op.url}${path}`, { ...ask, headers })
      t.equal(through.status, straight.status)
      t.same(through.headers, straight.headers)
      t.ok(through.body.equals(straight.body), 'the same body', {
        found: `${through.body}`,
        wanted: `${straight.body}`,
      })
    })
  }
})
