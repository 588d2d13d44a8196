import { randomUUID } from 'node:crypto'
import { Browser } from '../lab/browser.ts'
import { logIn } from '../lab/people.ts'
import { describe, expectNoArtefact } from './frame/expect.ts'
import { canary, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { navigation, send } from './frame/wire.ts'

const evil = 'https://evil.example/take'

/** The configuration lists it, and the OP does not know it: at any other the OP is asked first. */
const listed = { rules: [stepUpForAll], clients: { web2: { redirectUris: [evil] } } }

runAttacks('redirects of the gateway', onRealStage(listed), (attack) => {
  attack(
    'O-01',
    'a redirect URI that the OP does not know',
    {
      'the challenge is cancelled': { how: 'cancel' },
      'the challenge is passed': { how: 'pass' },
      'that is not listed either': { how: 'look' },
      'prompt=none': { how: 'look', more: { prompt: 'none' } },
      'without state': { how: 'cancel', more: { state: '' } },
      'Authsignal does not answer': { how: 'look', fault: '500' },
      'Authsignal blocks': { how: 'look', fault: 'block' },
      'a refused response type': { how: 'look', more: { response_type: 'token' } },
      'a refused response mode': { how: 'look', more: { response_mode: 'fragment' } },
      'no openid': { how: 'look', more: { scope: 'profile' } },
      'a malformed parameter': { how: 'look', more: { max_age: 'x', acr_values: '\0' } },
    },
    async (t, stage, it: { how: string; more?: Record<string, string>; fault?: string }) => {
      const { world } = stage
      const browser = new Browser()
      t.teardown(() => browser.close())
      // The session first, by way of the application that is not protected.
      await logIn(browser, await browser.navigate(`${world.other.url}/login`), 'alice')
      const { control } = world.authsignal
      if (it.fault === '500') control.fault('track', '500')
      if (it.fault === 'block') control.fault('track', { patch: { state: 'BLOCK' } })
      const query = authorizeQuery(
        { clientId: it.how === 'look' ? 'web' : 'web2', redirectUri: evil },
        { state: randomUUID(), ...it.more },
      )
      const stopBefore = (url: URL) => url.hostname === 'evil.example'
      let page = await browser.navigate(`${world.publicUrl}/connect/authorize?${query}`, { stopBefore })
      const pages = [page]
      if (it.how === 'look') {
        t.notOk(
          page.hops.some(({ url }) => url.includes('/step-up/challenge/')),
          'no challenge for nothing',
        )
      } else {
        t.match(page.url, /\/challenge\?/, 'a challenge is shown first')
        if (it.how === 'cancel') {
          page = await browser.click(page, 'Cancel', { stopBefore })
          pages.push(page, await browser.click(page, 'Back to the application', { stopBefore }))
        } else {
          control.unenrol('user-alice')
          control.enrol('user-alice')
          const code = control.codeFor('user-alice')
          pages.push(await browser.submit(page, { code }, { stopBefore }))
        }
      }
      control.clearFaults()
      for (const { status, headers, body, hops } of pages) {
        t.notMatch(
          [headers['location'], ...hops.map(({ headers }) => headers['location'])].join(' '),
          /^https:\/\/evil/m,
        )
        t.notOk(body.includes(`href="${evil}`), 'no link leads there', { status })
      }
    },
  )
  attack(
    'O-01',
    'other parameters that name an address',
    ['returnUrl', 'return_to', 'next', 'redirect', 'post_logout_redirect_uri', 'target_link_uri', 'continue'],
    async (t, { world }, name) => {
      for (const path of [
        '/connect/logout',
        '/step-up/back/x',
        '/step-up/retry/x',
        '/step-up/return/x/y',
        '/step-up/challenge/x',
      ]) {
        const target = `${path}?${new URLSearchParams({ [name]: evil })}`
        const answer = await send(world.publicUrl, { target, headers: navigation })
        t.notMatch(answer.headers['location'] ?? '', /evil/)
        if (path.startsWith('/step-up')) t.notMatch(answer.body, /evil/)
      }
    },
  )
  attack(
    'O-04',
    'the address of the challenge leads elsewhere',
    {
      'another host': 'https://evil.example/challenge',
      'the host as a prefix': 'http://127.0.0.1.evil.example/challenge',
      'another port': 'http://127.0.0.1:1/challenge',
      'a user name': 'http://127.0.0.1:%@evil.example/',
      'no scheme': '//evil.example/',
      javascript: 'javascript:alert(1)',
      data: 'data:text/html,x',
      relative: '/step-up/return/x/y',
      empty: '',
      'a number': 1,
      'an array': ['http://127.0.0.1:%/challenge'],
      missing: undefined,
      'an attribute': 'http://evil.example/"><script>',
    } as Record<string, unknown>,
    async (t, { world, cookiesOf }, url) => {
      const { control, hostedUrl } = world.authsignal
      const port = new URL(hostedUrl).port
      control.fault('track', { patch: { url: typeof url === 'string' ? url.replace('%', port) : url } })
      const headers = [`Cookie: ${await cookiesOf('alice')}`, ...navigation]
      const target = `/connect/authorize?${authorizeQuery(world.web)}`
      const answer = await send(world.publicUrl, { target, headers })
      control.clearFaults()
      expectNoArtefact(t, answer)
      t.notMatch(answer.headers['location'], /evil|step-up\/challenge|javascript|data:/)
      t.match(answer.headers['location'], /[?&]error=/, 'the application hears that it failed', {
        answer: describe(answer),
      })
    },
  )
})

runAttacks('an OP that redirects wherever it is told', onLenientStage(), (attack) => {
  attack(
    'O-03',
    'spellings of another host',
    {
      '/\\evil': '/\\evil.example/',
      'a tab': '/\t/evil.example/',
      '/./\\evil': '/./\\evil.example/',
      '//evil': '//evil.example/',
      '///evil': '///evil.example/',
      'https:evil': 'https:evil.example/',
      'https:/\\evil': 'https:/\\evil.example/',
      'http:///evil': 'http:///evil.example/',
      'a user name': '#@evil.example/',
      'a longer host': '#.evil.example/',
      'a backslash behind the host': '#\\@evil.example/',
      'an ideographic full stop': 'https://evil\u3002example/',
      'a question mark behind the host': 'https://evil.example?#/signin-oidc',
      'a fragment': 'https://evil.example/#',
      'upper case': 'HTTPS://EVIL.EXAMPLE/',
      'a space before': ' https://evil.example/',
      'a custom scheme': 'evil-app://callback',
      javascript: 'javascript:alert(1)//',
      data: 'data:text/html,',
      'another path of the application': '#/open-redirect',
      'the listed path and more': '#/signin-oidc/../open-redirect',
      'another port': 'http://app.localhost:1/signin-oidc',
      'https in place of http': 'https://app.localhost/signin-oidc',
    },
    async (t, { world, op, cookie, ...stage }, redirectUri) => {
      const to = redirectUri.replace('#', world.web.url)
      op.answer = (_request, response) => {
        const separator = to.includes('?') ? '&' : '?'
        const location = Buffer.from(`${to}${separator}code=${canary.code}&state=the-state`).toString(
          'latin1',
        )
        response.writeHead(303, { location }).end()
      }
      const query = authorizeQuery({ clientId: 'web', redirectUri: to })
      for (const request of [
        { target: `/connect/authorize?${query}` },
        { target: `/connect/authorize?${authorizeQuery(world.web)}` },
      ]) {
        // The request leg would ask for a challenge first; with a frame's request the response leg has to decide.
        const headers = [cookie, 'Accept: text/html', 'Sec-Fetch-Dest: iframe']
        const answer = await send(world.publicUrl, { ...request, headers })
        expectNoArtefact(t, answer)
        t.notMatch(answer.headers['location'] ?? '', /^(?:https?:)?[\\/]*evil/i)
      }
      stage.beLenient()
    },
  )
})

const native = { mode: 'enforce', redirectUris: ['com.example.app:/cb', 'http://127.0.0.1/cb'] }

/** The OP compares redirect URIs as it likes, and nobody told the gateway how. */
runAttacks(
  'an OP that reads redirect URIs loosely',
  onLenientStage({
    clients: { web: { responseTypes: ['code', 'code token'] }, native },
  }),
  (attack) => {
    attack(
      'R-21',
      'another spelling of a listed redirect URI, for a request of which nothing is known',
      {
        'the path in upper case': (web: URL) => `${web.origin}/SIGNIN-OIDC`,
        'one letter in another case': (web: URL) => `${web.origin}/signin-Oidc`,
        'a letter escaped, in another case': (web: URL) => `${web.origin}/%53ignin-oidc`,
        'a letter escaped twice': (web: URL) => `${web.origin}/%2573ignin-oidc`,
        'a letter that folds to a plain one': (web: URL) => `${web.origin}/%C5%BFignin-oidc`,
        'a full-width letter': (web: URL) => `${web.origin}/%EF%BC%B3ignin-oidc`,
        'an accent': (web: URL) => `${web.origin}/si%CC%81gnin-oidc`,
        'an invisible letter': (web: URL) => `${web.origin}/signin%E2%80%8B-oidc`,
        'a slash at the end': (web: URL) => `${web.href}/`,
        'two slashes': (web: URL) => `${web.origin}//signin-oidc`,
        'a dot segment': (web: URL) => `${web.origin}/x/../SIGNIN-OIDC`,
        'a path parameter': (web: URL) => `${web.href};x=1`,
        'the host in upper case': (web: URL) => web.href.replace('app', 'APP'),
        'a dot behind the host': (web: URL) => web.href.replace('localhost', 'localhost.'),
        'a full-width host': (web: URL) => web.href.replace('app', '%EF%BD%81pp'),
        'the scheme in upper case': (web: URL) => web.href.replace('http', 'HTTP'),
        'a user name': (web: URL) => web.href.replace('//', '//user@'),
        'a user name and password': (web: URL) => web.href.replace('//', '//user:pw@'),
        'a custom scheme in another case': () => 'Com.Example.App:/CB',
        'a custom scheme with two slashes': () => 'com.example.app://cb',
        'a custom scheme with three slashes, and one more': () => 'com.example.app:///Cb/',
        'another name of loopback': () => 'http://localhost:51004/CB',
        'loopback in IPv6': () => 'http://[::1]:51004/cb',
      },
      async (t, stage, spell: (web: URL) => string) => {
        const { world, op, cookie } = stage
        world.clock.advance(61_000)
        const redirectUri = spell(new URL(world.web.redirectUri))
        const tokens = `access_token=${canary.token}&token_type=Bearer&state=x`
        const fields = ['code', 'access_token', 'state'].map((name) => {
          const values: Record<string, string> = { code: canary.code, access_token: canary.token }
          return `<input type="hidden" name="${name}" value="${values[name] ?? 'x'}">`
        })
        const page = `<form method="post" action="${redirectUri}">${fields.join('')}</form>`
        for (const [status, headers, body] of [
          [303, { location: `${redirectUri}?code=${canary.code}&state=x` }, ''],
          [303, { location: `${redirectUri}#${tokens}` }, ''],
          [303, { location: `${redirectUri}#code=${canary.code}&${tokens}` }, ''],
          [200, { 'content-type': 'text/html' }, page],
        ] as const) {
          op.answer = (request, response) => {
            if (request.url === '/connect/userinfo') response.writeHead(200).end('{"sub":"user-alice"}')
            else response.writeHead(status, headers).end(body)
          }
          const query = authorizeQuery({ clientId: 'nobody', redirectUri: 'https://nobody.example/' })
          for (const target of ['/login/callback', `/connect/authorize?${query}`]) {
            const answer = await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
            expectNoArtefact(t, answer)
            t.notMatch(answer.body, /canary/)
          }
        }
        stage.beLenient()
      },
    )
    attack(
      'R-21',
      'an honest request that spells its redirect URI in another case is judged as what it is',
      { upper: '/SIGNIN-OIDC', mixed: '/SignIn-Oidc' },
      async (t, stage, path) => {
        const { world, op, cookie } = stage
        const redirectUri = world.web.url + path
        const location = `${redirectUri}?code=${canary.code}&state=the-state`
        op.answer = (_request, response) => response.writeHead(303, { location }).end()
        const query = authorizeQuery({ clientId: 'web', redirectUri }, { max_age: '3600' })
        const ask = () =>
          send(world.publicUrl, { target: `/connect/authorize?${query}`, headers: [cookie, ...navigation] })
        world.clock.advance(61_000)
        t.match((await ask()).headers['location'], /^\/step-up\/challenge\//, 'is challenged')
        world.authsignal.control.setRules([])
        world.clock.advance(11 * 60_000)
        t.equal((await ask()).headers['location'], location, 'and passes where none is needed')
        const { attributes } = world.authsignal.control.tracks.at(-1) ?? {}
        t.match(JSON.stringify(attributes), /openid.{1,4}profile/, 'by rules that know what it asked for')
        world.authsignal.control.setRules([stepUpForAll])
        stage.beLenient()
      },
    )
    attack(
      'R-21',
      'an address that nobody takes for a listed one is no affair of the gateway',
      ['#/other-app', '#/signin-oidc/x', '#/signin', '@/signin-oidc', 'com.example.other:/cb'],
      async (t, { world, op, cookie, ...stage }, spelling) => {
        const to = spelling.replace('#', world.web.url).replace('@', 'http://app.localhost:1')
        const location = `${to}?code=of-another&state=x`
        op.answer = (_request, response) => response.writeHead(303, { location }).end()
        const answer = await send(world.publicUrl, { target: '/login', headers: [cookie, ...navigation] })
        t.equal(answer.headers['location'], location)
        stage.beLenient()
      },
    )
  },
)
