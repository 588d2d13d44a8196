import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { makeWebClient, secretOf } from '../lab/op-world.ts'
import { basic, redeem } from './frame/codes.ts'
import { describe, expectAlive, expectNoArtefact, expectRefused, watchOp } from './frame/expect.ts'
import { canary, type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { exchange, form, navigation, type RawRequest, send, writeRequest } from './frame/wire.ts'

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

function begin({ world }: RealStage): void {
  world.authsignal.control.setRules([stepUpForWeb])
  world.clock.advance(11 * 60_000)
}

/** The URL at which the OP resumes a sign-in of `web` after its login page. */
async function findResumeUrl(stage: RealStage, browser: Browser, more: Record<string, string> = {}) {
  const login = await authorize(stage, browser, stage.world.web, { prompt: 'login', ...more })
  const stopBefore = ({ pathname }: URL) => pathname.startsWith('/connect/authorize/')
  const credentials = { username: 'alice', password: 'alice' }
  const page = await browser.submit(login, credentials, { form: '/login', stopBefore })
  return new URL(String(page.headers['location']), stage.world.publicUrl).href
}

runAttacks('other endpoints of the real OP', onRealStage(), (attack) => {
  attack(
    'E-01',
    'straight to the URL at which the OP resumes',
    {
      'as a page': {},
      'as a script': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      'in a frame': { 'sec-fetch-dest': 'iframe' },
      'without a word': { accept: '*/*' },
    },
    async (t, stage, headers: Record<string, string>) => {
      begin(stage)
      const browser = openBrowser(t)
      const url = await findResumeUrl(stage, browser)
      const page = await browser.get(url, headers)
      const location = String(page.headers['location'] ?? '')
      t.notMatch(location, /[?&]code=/, 'no code')
      t.match(location, /\/step-up\/challenge\/|error=interaction_required/)
    },
  )
  attack(
    'E-02',
    'the resume URL of an older sign-in',
    {
      'after its challenge was passed': { pass: true },
      'after its challenge was cancelled': { pass: false },
      'while it is open': {},
    },
    async (t, stage, it: { pass?: boolean }) => {
      begin(stage)
      const browser = openBrowser(t)
      const url = await findResumeUrl(stage, browser)
      const challenge = await browser.navigate(url, atHome(stage.world))
      t.ok(isChallenge(challenge))
      if (it.pass === true) t.ok(answerOf(stage, await pass(stage, browser, challenge)).has('code'))
      if (it.pass === false) await browser.click(challenge, 'Cancel', atHome(stage.world))
      const again = await browser.navigate(url, atHome(stage.world))
      t.notOk(answerOf(stage, again).has('code'), 'brings no further code', {
        page: [again.status, again.url],
      })
    },
  )
  attack(
    'E-05',
    'endpoints that are none of the gateway’s business',
    {
      userinfo: { target: '/connect/userinfo', headers: ['Authorization: Bearer canary-of-a-token'] },
      introspection: { target: '/connect/introspect', method: 'POST', body: 'token=canary-of-a-token' },
      revocation: { target: '/connect/revocation', method: 'POST', body: 'token=canary-of-a-token' },
      'end session': { target: '/connect/logout?id_token_hint=canary-of-a-token' },
      jwks: { target: '/connect/jwks' },
    },
    async (t, stage, it: { target: string; method?: string; headers?: string[]; body?: string }) => {
      const { world } = stage
      stage.secrets.add('canary-of-a-token')
      const op = watchOp(world.op.requests)
      const method = it.method ?? 'GET'
      const auth = method === 'POST' ? [form, basic('web', secretOf('web'))] : []
      const answer = await send(world.publicUrl, {
        method,
        target: it.target,
        headers: [...auth, ...(it.headers ?? [])],
        ...(it.body !== undefined && { body: it.body }),
      })
      t.same(op.seen(), [`${method} ${it.target.split('?', 1)}`], 'reach the OP as they are, once')
      t.notOk(answer.headers['set-cookie']?.includes('step-up='))
    },
  )
})

const evil = 'https://evil.example/cb'

const asking = (redirectUri: string) => authorizeQuery({ clientId: 'web', redirectUri })

const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url')
const objectOf = (claims: object) => `${part({ alg: 'none' })}.${part(claims)}.`

runAttacks(
  'clients that register themselves',
  onRealStage({
    provider: { closedPaths: [] },
    op: {
      clients: [makeWebClient('twin', 'https://twin.example.com')],
      features: { registration: { enabled: true, initialAccessToken: false } },
    },
  }),
  (attack) => {
    attack(
      'E-06',
      'a twin that nobody listed',
      { 'with the redirect URI of a protected client': {} },
      async (t, stage) => {
        begin(stage)
        const { world } = stage
        const body = JSON.stringify({ redirect_uris: [world.web.redirectUri], application_type: 'native' })
        const headers = ['Content-Type: application/json']
        const answer = await send(world.publicUrl, {
          method: 'POST',
          target: '/connect/register',
          headers,
          body,
        })
        if (answer.status !== 201) {
          t.ok(answer.status >= 400, 'the OP does not want it', { answer: describe(answer) })
          return
        }
        const { client_id: clientId } = JSON.parse(answer.body)
        const browser = await openSignedIn(t, stage)
        stage.world.authsignal.control.setRules([{ ...stepUpForWeb, conditions: undefined }])
        const page = await authorize(stage, browser, { clientId, redirectUri: world.web.redirectUri })
        t.ok(isChallenge(page), 'the redirect URI is guarded, whoever asks', {
          page: [page.status, page.url],
        })
      },
    )
  },
)

runAttacks(
  'doors that are shut',
  onRealStage({
    provider: { closedPaths: ['/connect/register'] },
    op: { features: { registration: { enabled: true } } },
  }),
  (attack) => {
    attack(
      'E-06',
      'closed registration',
      [
        '/connect/register',
        '/connect/register/',
        '/connect/register/abc',
        '/CONNECT/register',
        '/connect//register',
        '/connect/%72egister',
        '/connect/register;x=1',
      ],
      async (t, stage, target) => {
        const op = watchOp(stage.world.op.requests)
        for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
          const headers = ['Content-Type: application/json']
          const body = method === 'GET' ? {} : { body: '{}' }
          expectRefused(
            t,
            await send(stage.world.publicUrl, { method, target, headers, ...body }),
            [400, 404],
            op,
          )
        }
      },
    )
  },
)

runAttacks('an OP with more doors', onLenientStage(), (attack) => {
  attack(
    'E-01',
    'the resume URLs of other OPs',
    [
      '/connect/authorize/callback?client_id=web&state=x',
      '/auth/abc',
      '/login-actions/authenticate?client_id=web&tab_id=x',
      '/as/abc/resume/as/authorization.ping',
      '/realms/x/login-actions/authenticate?session_code=x',
      '/u/login/callback',
      '/signin-oidc-broker',
    ],
    async (t, stage, target) => {
      const { world } = stage
      world.clock.advance(1000)
      for (const method of ['GET', 'POST']) {
        const posted = method === 'POST' ? { body: 'x=y' } : {}
        const headers = [stage.cookie, ...navigation, ...(method === 'POST' ? [form] : [])]
        stage.op.answer = (_request, response) =>
          response.writeHead(302, { location: `${world.web.redirectUri}?code=${canary.code}&state=x` }).end()
        const answer = await send(world.publicUrl, { method, target, headers, ...posted })
        t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'is held')
        expectNoArtefact(t, answer)
      }
      stage.beLenient()
    },
  )
  attack(
    'E-06',
    'a protected client that is answered at an address which nobody listed',
    {
      'in the same exchange': { state: 'x' },
      'without state': { state: '' },
    },
    async (t, stage, { state }: { state: string }) => {
      const { world } = stage
      const query = authorizeQuery(world.web, { state, prompt: 'login' })
      stage.op.answer = (_request, response) =>
        response.writeHead(302, { location: `${evil}?code=${canary.code}&state=${state}` }).end()
      const target = `/connect/authorize?${query}`
      const answer = await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
      stage.beLenient()
      t.ok(answer.status >= 400, 'is refused', { answer: describe(answer) })
      expectNoArtefact(t, answer)
      t.match(world.audit('security').at(-1), { event: 'unlisted_redirect_uri' })
    },
  )
  attack<(stage: LenientStage, redirectUri: string) => RawRequest & { readonly isPush?: boolean }>(
    'E-06',
    'a protected client that asks for an address which nobody listed, before anybody is challenged',
    {
      'by GET': (_stage, uri) => ({ target: `/connect/authorize?${asking(uri)}` }),
      'by POST': (_stage, uri) => ({
        method: 'POST',
        target: '/connect/authorize',
        headers: [form],
        body: asking(uri),
      }),
      'by HEAD': (_stage, uri) => ({ method: 'HEAD', target: `/connect/authorize?${asking(uri)}` }),
      'in a request object': (_stage, uri) => ({
        target: `/connect/authorize?${asking('')}&request=${objectOf({ redirect_uri: uri })}`,
      }),
      pushed: (_stage, uri) => ({
        method: 'POST',
        target: '/connect/par',
        headers: [form, basic('web', secretOf('web'))],
        body: asking(uri),
        isPush: true,
      }),
      'pushed in a request object': (_stage, uri) => ({
        method: 'POST',
        target: '/connect/par',
        headers: [form, basic('web', secretOf('web'))],
        body: `client_id=web&request=${objectOf({ redirect_uri: uri, response_type: 'code', scope: 'openid' })}`,
        isPush: true,
      }),
    },
    async (t, stage, ask) => {
      const { world, op } = stage
      const tracks = world.authsignal.control.tracks.length
      for (const uri of [evil, 'no URI', '/cb', 'javascript:x', `${world.web.redirectUri}/x?secret=canary`]) {
        const { headers = [], isPush, ...request } = ask(stage, uri)
        const seen = watchOp(op.requests)
        const answer = await send(world.publicUrl, {
          ...request,
          headers: [stage.cookie, ...navigation, ...headers],
        })
        expectRefused(t, answer, isPush ? 400 : 403, seen)
        t.match(answer.body, isPush ? /"invalid_request"/ : request.method === 'HEAD' ? '' : /not known here/)
        const line = { event: 'unlisted_redirect_uri', client_id: 'web' }
        t.match(world.audit('security').at(-1), line)
        t.notMatch(world.log.at(-1), /secret/)
      }
      t.equal(world.authsignal.control.tracks.length, tracks, 'nobody is challenged')
      t.notOk(world.audit('security').at(-1)?.['redirect_uri']?.toString().includes('?'))
    },
  )
  attack(
    'E-07',
    'pages of accounts flow through, and can be closed',
    ['/account', '/account/credentials', '/realms/x/account/?tab=security'],
    async (t, stage, target) => {
      stage.op.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<p>x')
      const answer = await send(stage.world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
      stage.beLenient()
      t.equal(answer.status, 200)
      t.notOk(answer.headers['set-cookie'])
    },
  )
  attack(
    'E-08',
    'other protocols on the same connection',
    {
      websocket:
        'Connection: close, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13',
      h2c: 'Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk',
      TLS: 'Connection: close, Upgrade\r\nUpgrade: TLS/1.0',
    },
    async (t, stage, upgrade) => {
      const { world, op } = stage
      for (const target of ['/ws', `/connect/authorize?${authorizeQuery(world.web)}`]) {
        const bytes = writeRequest(world.publicUrl, { target, headers: [stage.cookie] })
        const seen = op.requests.length
        const answer = await exchange(world.publicUrl, bytes.replace('Connection: close', upgrade))
        t.not(answer.status, 101, 'is not switched')
        for (const { headers } of op.requests.slice(seen)) t.notOk(headers.upgrade, 'nothing of it arrives')
        expectNoArtefact(t, answer)
      }
      await expectAlive(t, world)
    },
  )
  attack('E-08', 'CONNECT', ['/', 'evil.example:443', '/connect/token'], async (t, stage, target) => {
    const { world, op } = stage
    const seen = watchOp(op.requests)
    const answer = await exchange(
      world.publicUrl,
      writeRequest(world.publicUrl, { method: 'CONNECT', target }),
    )
    t.ok(answer.status === 0 || answer.status >= 400, 'is refused', { answer: describe(answer) })
    t.same(seen.seen(), [])
    await expectAlive(t, world)
  })
  attack(
    'E-10',
    'frames that ask for the state of the session',
    ['/connect/checksession', '/protocol/openid-connect/login-status-iframe.html'],
    async (t, stage, target) => {
      const html = '<!doctype html><script>let x = document.cookie</script>'
      stage.op.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end(html)
      const bodies: string[] = []
      for (const own of ['', `; step-up=${'p'.repeat(43)}`]) {
        const headers = [stage.cookie + own, 'Accept: text/html', 'Sec-Fetch-Dest: iframe']
        const answer = await send(stage.world.publicUrl, { target, headers })
        t.equal(answer.status, 200)
        t.notOk(answer.headers['set-cookie'])
        t.ok(answer.body.includes(html), 'are the OP’s own, byte for byte')
        bodies.push(answer.body)
      }
      stage.beLenient()
      t.equal(bodies[0], bodies[1], 'and know nothing of a step-up')
    },
  )
})

/** A store that fails for some of its work. */
function createBrittleStore(): Store & { broken: readonly (keyof Store)[] } {
  const inner = createMemoryStore(Date.now)
  const store = { broken: [] as readonly (keyof Store)[] }
  const guard = <A extends unknown[], R>(name: keyof Store, call: (...how: A) => Promise<R>) => {
    return async (...how: A): Promise<R> => {
      if (store.broken.includes(name)) throw new Error('the store is down')
      return call(...how)
    }
  }
  return Object.assign(store, {
    get: guard('get', inner.get),
    set: guard('set', inner.set),
    add: guard('add', inner.add),
    replace: guard('replace', inner.replace),
    close: () => inner.close(),
  })
}
const brittle = createBrittleStore()

runAttacks('a store that fails', onLenientStage({ store: brittle }), (attack) => {
  attack(
    'V-04',
    'the store is down',
    {
      reading: ['get'],
      writing: ['set'],
      adding: ['add'],
      replacing: ['replace'],
      all: ['get', 'set', 'add', 'replace'],
    },
    async (t, stage, broken: (keyof Store)[]) => {
      const { world, cookie } = stage
      for (const rules of [[], [stepUpForWeb]]) {
        world.authsignal.control.setRules(rules)
        world.clock.advance(61_000)
        for (const [method, target] of [
          ['GET', `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`],
          ['HEAD', `/connect/authorize?${authorizeQuery(world.web, { state: nextState() })}`],
          ['GET', '/login'],
          ['OPTIONS', '/login'],
          ['GET', '/nowhere'],
        ] as const) {
          brittle.broken = broken
          const headers = [cookie, ...navigation]
          stage.op.answer = (_request, response) =>
            response
              .writeHead(303, { location: `${world.web.redirectUri}?code=${canary.code}&state=x` })
              .end()
          const answer = await send(world.publicUrl, { method, target, headers })
          brittle.broken = []
          const passed = answer.wire.includes(canary.code)
          if (passed) {
            // What passes must have been written down.
            t.equal(rules.length, 0, 'nothing passes that has to be challenged')
            t.notOk(broken.includes('set') || broken.includes('get'))
          } else t.ok(answer.status >= 300)
          if (answer.status === 503) t.ok(answer.headers['retry-after'])
        }
        brittle.broken = broken
        const answer = await redeem(world, world.web, `never-released-${nextState()}`)
        brittle.broken = []
        t.ok(answer.status >= 400, 'no code redeems', { answer: describe(answer) })
        expectNoArtefact(t, answer)
        const open = await send(world.publicUrl, { target: '/page' })
        t.ok(open.status > 0, 'the rest flows')
      }
      stage.beLenient()
    },
  )
})
