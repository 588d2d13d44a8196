import t, { type Test } from 'tap'
import { stepUpForAll } from '../attacks/frame/lenient-stage.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { logIn, signIn } from '../lab/people.ts'
import { loadOidcProvider } from '../lab/quiet-oidc-provider.ts'
import type { World, WorldOptions } from '../lab/world.ts'
import { expectChallenge, passChallenge } from './challenge.ts'
import { expectPage } from './expect.ts'
import { openBrowser, openWorld, watch } from './stage.ts'

/** Applications of the device: one with a scheme of its own, one that listens at a free port of it (RFC 8252 7.1, 7.3). */
const scheme = 'com.example.app:/cb'
const registered = 'http://127.0.0.1/callback'
/** These are the OP's own: their users are not asked for consent. */
await loadOidcProvider()
const { interactionPolicy } = await import('oidc-provider')
const policy = interactionPolicy.base()
policy.get('consent')?.checks.remove('native_client_prompt')

const options: WorldOptions = {
  rules: [stepUpForAll],
  clients: {
    app: { mode: 'enforce', redirectUris: [scheme] },
    cli: { mode: 'enforce', redirectUris: ['http://127.0.0.1/*'] },
  },
  op: {
    configuration: { interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy } },
    clients: [
      ['app', scheme],
      ['cli', registered],
    ].map(([client_id = '', uri = '']) => ({
      client_id,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [uri],
    })),
  },
}
const world = await openWorld(t, options)
const { other, clock } = world

const urlOf = (client_id: string, redirect_uri: string, { publicUrl }: World = world) =>
  `${publicUrl}/connect/authorize?${new URLSearchParams({
    ...{ client_id, redirect_uri, response_type: 'code', scope: 'openid', state: 's' },
    ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' },
  })}`

/** Where a browser stops that has no application for the scheme. */
const stopBefore = (url: URL): boolean => url.protocol === 'com.example.app:' || url.port === '51004'
const open = (browser: Browser, url: string): Promise<Page> => browser.navigate(url, { stopBefore })

t.beforeEach(() => {
  clock.advance(10 * 60_000)
})

function expectAppPage(t: Test, page: Page, answer: RegExp): void {
  t.equal(page.status, 200, page.text)
  t.match(page.text, /Going back to the application/)
  t.equal(page.headers['location'], undefined)
  t.match(page.body, answer)
  t.match(page.body, /<meta http-equiv="refresh" content="0;url=com.example.app:\/cb\?/)
  t.match(page.body, /<a href="com.example.app:\/cb\?/)
}

const ways: [name: string, start: (browser: Browser) => Promise<Page>, released: string][] = [
  [
    'a response that was kept',
    async (browser) => logIn(browser, await open(browser, urlOf('app', scheme)), 'alice'),
    'kept_response',
  ],
  [
    'a request that is driven again',
    async (browser) => {
      await signIn(browser, other, 'alice')
      return open(browser, urlOf('app', scheme))
    },
    'pass',
  ],
]

for (const [name, start, how] of ways) {
  t.test(`a custom scheme, ${name}: after the challenge a page leads to the application`, async (t) => {
    const browser = openBrowser(t)
    const challenge = await start(browser)
    expectChallenge(t, world, challenge)
    const seen = watch(world)
    const page = await passChallenge(world, browser, challenge, 'user-alice', { stopBefore })
    expectAppPage(t, page, /com\.example\.app:\/cb\?code=[^"]+/)
    t.match(seen.audit('released'), [{ reason: how, client_id: 'app' }])
    const [, code = ''] = /\?code=([\w-]+)/.exec(page.body) ?? []
    t.ok(code.length > 20)
    t.notMatch(seen.log(), code, 'the code is in no line')
  })

  t.test(`a custom scheme, ${name}: so does the error of a cancelled challenge`, async (t) => {
    const browser = openBrowser(t)
    const challenge = await start(browser)
    const cancelled = await browser.click(challenge, 'Cancel')
    const page = await browser.click(cancelled, 'Back to the application', { stopBefore })
    expectAppPage(t, page, /error=unmet_authentication_requirements/)
    t.notMatch(page.body, /[?&;]code=/)
  })
}

t.test('a custom scheme where nobody is challenged: the redirect of the OP, as it is', async (t) => {
  world.authsignal.control.setRules([])
  const browser = openBrowser(t)
  const login = await open(browser, urlOf('app', scheme))
  const end = await browser.submit(
    login,
    { username: 'alice', password: 'alice' },
    { form: '/login', stopBefore },
  )
  t.match(end.headers['location'], /^com\.example\.app:\/cb\?code=/)
  world.authsignal.control.setRules([stepUpForAll])
})

t.test('any path of a loopback address, at any port: what the OP takes is challenged', async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const uri = 'http://127.0.0.1:51004/callback'
  const challenge = await open(browser, urlOf('cli', uri))
  expectChallenge(t, world, challenge)
  const end = await passChallenge(world, browser, challenge, 'user-alice', { stopBefore })
  t.match(end.headers['location'], /^http:\/\/127\.0\.0\.1:51004\/callback\?code=/)
})

for (const [when, more] of [
  ['before and after', ''],
  ['after', '&max_age=3600'],
] as const) {
  t.test(`a custom scheme, where the browser asks who its user is ${when} the challenge`, async (t) => {
    const asking = await openWorld(t, { ...options, probe: { by: 'browser' } })
    const browser = openBrowser(t)
    const login = await open(browser, urlOf('app', scheme, asking) + more)
    const challenge = await logIn(browser, login, 'alice')
    expectChallenge(t, asking, challenge)
    asking.clock.advance(50_000)
    const seen = watch(asking)
    const page = await passChallenge(asking, browser, challenge, 'user-alice', { stopBefore })
    expectAppPage(t, page, /com\.example\.app:\/cb\?code=[^"]+/)
    t.match(seen.audit('released'), [{ reason: 'pass' }])
  })
}

t.test('an address that nobody lists is refused before a login or a challenge', async (t) => {
  for (const [client, uri] of [
    ['cli', 'https://127.0.0.1:51004/callback'],
    ['cli', 'com.example.cli:/cb'],
    ['app', 'com.example.other:/cb'],
  ] as const) {
    const browser = openBrowser(t)
    const seen = watch(world)
    expectPage(t, await open(browser, urlOf(client, uri)), 403, /an address that is not known here/)
    t.same([seen.tracks(), seen.atOp()], [0, []])
  }
})

t.test("another application's address is the OP's to refuse, and nobody is challenged for it", async (t) => {
  const browser = openBrowser(t)
  await signIn(browser, other, 'alice')
  const seen = watch(world)
  const page = await open(browser, urlOf('app', 'http://127.0.0.1:51004/callback'))
  t.equal(page.status, 400)
  t.match(page.text, /redirect_uri/)
  t.equal(seen.tracks(), 0)
})
