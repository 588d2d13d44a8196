import { SignJWT } from 'jose'
import type { Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import type { Browser, Page } from '../lab/browser.ts'
import { secretOf } from '../lab/op-world.ts'
import { basic, redeem } from './frame/codes.ts'
import {
  describe,
  expectGuarded,
  expectNoArtefact,
  expectRefused,
  expectRequestRefused,
  watchOp,
} from './frame/expect.ts'
import { onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

type Claims = Record<string, unknown>

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (claims: Claims) => `${part({ alg: 'none' })}.${part(claims)}.`

function sign(claims: Claims): Promise<string> {
  const secret = new TextEncoder().encode(secretOf('web'))
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(secret)
}

/** A request of `web`, as an object says it. */
const asObject = (stage: Pick<RealStage, 'world'>, more: Claims = {}): Claims => ({
  iss: 'web',
  aud: stage.world.publicUrl,
  client_id: 'web',
  redirect_uri: stage.world.web.redirectUri,
  response_type: 'code',
  scope: 'openid',
  state: nextState(),
  ...more,
})

/** Pushes a request in the name of `web` unless told otherwise (RFC 9126). */
async function push(
  { world }: Pick<RealStage, 'world'>,
  more: Record<string, string> = {},
  headers = [basic('web', secretOf('web'))],
): Promise<Answer> {
  const body = authorizeQuery(world.web, { state: nextState(), ...more })
  return send(world.publicUrl, { method: 'POST', target: '/connect/par', headers: [form, ...headers], body })
}

async function pushed(t: Test, stage: RealStage, more: Record<string, string> = {}): Promise<string> {
  const answer = await push(stage, more)
  t.equal(answer.status, 201, 'is pushed', { answer: describe(answer) })
  return JSON.parse(answer.body).request_uri
}

function visit({ world }: RealStage, browser: Browser, parameters: Record<string, string>): Promise<Page> {
  return browser.navigate(
    `${world.publicUrl}/connect/authorize?${new URLSearchParams(parameters)}`,
    atHome(world),
  )
}

/** How often a pushed request reached the OP's authorization endpoint. */
function usesOf({ world }: RealStage, requestUri: string): number {
  return world.op.requests.filter(({ url }) => {
    const { pathname, searchParams } = new URL(url, world.publicUrl)
    return pathname === '/connect/authorize' && searchParams.get('request_uri') === requestUri
  }).length
}

const isChallenge = (page: Page): boolean => /\/challenge\?/.test(page.url)

function begin({ world }: Pick<RealStage, 'world'>): void {
  world.authsignal.control.setRules([stepUpForWeb])
  world.authsignal.control.clearFaults()
  world.clock.advance(11 * 60_000)
}

runAttacks(
  'pushed requests and request objects at the real OP',
  onRealStage({
    op: {
      features: { requestObjects: { enabled: true } },
      configuration: { clientDefaults: { request_object_signing_alg: undefined } },
    },
  }),
  (attack) => {
    attack(
      'J-01',
      'a request object that says something else than the request',
      {
        'an unprotected client outside': { outer: { client_id: 'other' } },
        'an unprotected client and its redirect URI outside': {
          outer: { client_id: 'other', redirect_uri: 'other' },
        },
        'an unprotected client inside': { inner: { client_id: 'other' } },
        'a scope of more outside': { outer: { scope: 'openid email' } },
        'another scope': { outer: { scope: 'openid profile' }, inner: { scope: 'openid email' } },
        'another response mode': { outer: { response_mode: 'query' }, inner: { response_mode: 'fragment' } },
        'another redirect URI': { inner: { redirect_uri: 'https://evil.example/' } },
        'prompt=none inside, login outside': { outer: { prompt: 'login' }, inner: { prompt: 'none' } },
        'a response type of another kind': { inner: { response_type: 'id_token' } },
        'JARM inside': { outer: { response_mode: '' }, inner: { response_mode: 'jwt' } },
        'no openid inside': { outer: { scope: '' }, inner: { scope: 'profile' } },
        'an array': { inner: { scope: ['openid'] } },
        null: { inner: { scope: null } },
        'an object inside the object': { inner: { request: 'x.y.z' } },
        'a request_uri inside the object': { inner: { request_uri: 'urn:x' } },
      },
      async (t, stage, it: { outer?: Record<string, string>; inner?: Claims }) => {
        begin(stage)
        const { world } = stage
        for (const write of [unsigned, sign]) {
          const claims = asObject(stage, it.inner)
          const outer: Record<string, string> = {
            state: String(claims['state']),
            scope: 'openid',
            ...it.outer,
          }
          if (outer['redirect_uri'] === 'other') outer['redirect_uri'] = world.other.redirectUri
          const request = await write(claims)
          const query = authorizeQuery(world.web, { nonce: '', ...outer, request })
          await expectRequestRefused(t, stage, query)
        }
      },
    )
    attack(
      'J-01',
      'an honest request object is judged by what it says',
      { 'everything inside': {}, 'repeated outside': { scope: 'openid', response_type: 'code' } },
      async (t, stage, outer: Record<string, string>) => {
        begin(stage)
        const browser = await openSignedIn(t, stage)
        const request = await sign(asObject(stage))
        const page = await visit(stage, browser, { client_id: 'web', ...outer, request })
        t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
        const answer = answerOf(stage, await pass(stage, browser, page))
        t.ok(answer.has('code'), 'and goes on with the kept response')
        t.equal((await redeem(stage.world, stage.world.web, answer.get('code') ?? '')).status, 200)
      },
    )
    attack(
      'J-01',
      'and by all of its scope, where only openid stands outside',
      { 'openid in both': 'openid email', 'openid outside': 'email' },
      async (t, stage, scope: string) => {
        begin(stage)
        const { world } = stage
        const browser = await openSignedIn(t, stage)
        const request = await sign(asObject(stage, { scope }))
        const query = { client_id: 'web', scope: 'openid', response_type: 'code', request }
        const page = await visit(stage, browser, query)
        const { custom } = world.authsignal.control.tracks.at(-1)?.attributes ?? {}
        t.match(custom, { scope: /email/ }, 'the rules see it', { page: [page.status, page.url, page.text] })
      },
    )
    attack(
      'J-02',
      'a request object at an address',
      [
        'https://evil.example/request.jwt',
        'http://169.254.169.254/latest/meta-data/',
        'file:///etc/passwd',
        'http://localhost/request',
        'data:application/jwt,e30.e30.',
        'URN:ietf:params:oauth:request_uri:unknown',
        'urn:ietf:params:oauth:request_uri:unknown',
        'urn:example:other',
        '//evil.example',
        'not a uri',
      ],
      async (t, stage, uri) => {
        const { world } = stage
        const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
        const query = authorizeQuery(world.web, { request_uri: uri })
        const op = watchOp(world.op.requests)
        const target = `/connect/authorize?${query}`
        const status = uri.startsWith('urn:') ? 410 : 400
        expectRefused(t, await send(world.publicUrl, { target, headers }), status, op)
        expectRefused(t, await push(stage, { request_uri: uri }), 400, op)
      },
    )
    attack(
      'J-03',
      'a pushed request hides what it asks for',
      {
        nothing: {},
        'prompt=consent': { prompt: 'consent' },
        'prompt=login': { prompt: 'login', login: true },
        max_age: { max_age: '100000' },
        'a wider scope': { scope: 'openid profile email' },
      },
      async (t, stage, { login, ...more }: Record<string, unknown>) => {
        begin(stage)
        const requestUri = await pushed(t, stage, more as Record<string, string>)
        const browser = await openSignedIn(t, stage)
        const page = await visit(stage, browser, { client_id: 'web', request_uri: requestUri })
        const challenge =
          login === true
            ? await browser.submit(
                page,
                { username: 'alice', password: 'alice' },
                { form: '/login', ...atHome(stage.world) },
              )
            : page
        t.ok(isChallenge(challenge), 'is challenged', {
          page: [challenge.status, challenge.url, challenge.text],
        })
        const next = await pass(stage, browser, challenge)
        const asksConsent = next.body.includes('/consent')
        const last = asksConsent
          ? await browser.submit(next, {}, { form: '/consent', ...atHome(stage.world) })
          : next
        const answer = answerOf(stage, last)
        t.ok(answer.has('code'), 'and ends well', { answer: [...answer.keys()] })
        t.equal((await redeem(stage.world, stage.world.web, answer.get('code') ?? '')).status, 200)
        t.equal(usesOf(stage, requestUri), 1, 'having been used once')
      },
    )
    attack(
      'J-03',
      'what may not be asked for may not be pushed',
      {
        'a response type': { response_type: 'code id_token' },
        'a response mode': { response_mode: 'form_post.jwt' },
        JARM: { response_mode: 'jwt' },
        'no openid': { scope: 'profile' },
        'an opaque object': { request: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c' },
        'an object that says something else': {
          request: unsigned({ scope: 'profile' }),
          scope: 'openid email',
        },
      },
      async (t, stage, more: Record<string, string>) => {
        const op = watchOp(stage.world.op.requests)
        expectRefused(t, await push(stage, more), 400, op)
        const body = { ...more, client_secret: secretOf('web') }
        expectRefused(t, await push(stage, body, []), 400, op)
      },
    )
    attack(
      'J-04',
      'a pushed request after a challenge',
      {
        'passed at once': { waitMs: 0 },
        'passed after the life of a code': { waitMs: 55_000 },
        'passed when the pushed request has ended': { waitMs: 90_000 },
        'cancelled, and back to the application': { cancel: true },
        'cancelled, tried again': { cancel: true, retry: true },
        'with a login first, passed late': { waitMs: 55_000, login: true },
        'with a login first, cancelled': { cancel: true, login: true },
        'reloaded during the challenge': { reload: true },
      },
      async (
        t,
        stage,
        it: { waitMs?: number; cancel?: boolean; retry?: boolean; login?: boolean; reload?: boolean },
      ) => {
        begin(stage)
        const { world } = stage
        const requestUri = await pushed(t, stage)
        const browser = it.login ? openBrowser(t) : await openSignedIn(t, stage)
        const start = { client_id: 'web', request_uri: requestUri }
        let page = await visit(stage, browser, start)
        if (it.login) {
          page = await browser.submit(
            page,
            { username: 'alice', password: 'alice' },
            { form: '/login', ...atHome(world) },
          )
        }
        t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
        if (it.reload) page = await visit(stage, browser, start)
        world.clock.advance(it.waitMs ?? 0)
        if (it.cancel) {
          page = await browser.click(page, 'Cancel', atHome(world))
          if (it.retry)
            page = await pass(stage, browser, await browser.click(page, 'Try again', atHome(world)))
          else page = await browser.click(page, 'Back to the application', atHome(world))
        } else {
          page = await pass(stage, browser, page)
        }
        const answer = answerOf(stage, page)
        const isTold = page.status >= 400 || /You are verified/.test(page.text) || answer.has('error')
        t.ok(answer.has('code') || isTold, 'ends with an answer or a clear word', {
          page: [page.status, page.text],
        })
        t.notOk(it.cancel && !it.retry && answer.has('code'), 'and without a code where it was not passed')
        t.ok(usesOf(stage, requestUri) <= 1, 'the gateway never uses it twice', {
          uses: usesOf(stage, requestUri),
        })
      },
    )
    attack(
      'J-05',
      'the pushed request of a protected client under another name',
      {
        'an unprotected client': { client_id: 'other' },
        'another protected client': { client_id: 'web2' },
        'another redirect URI': { client_id: 'web', redirect_uri: 'https://evil.example/' },
        'another scope beside it': { client_id: 'web', scope: 'openid email' },
        'prompt=none beside it': { client_id: 'web', prompt: 'none' },
        'upper case': { client_id: 'WEB' },
      },
      async (t, stage, outer: Record<string, string>) => {
        begin(stage)
        const requestUri = await pushed(t, stage)
        const query = new URLSearchParams({ ...outer, request_uri: requestUri }).toString()
        const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
        const op = watchOp(stage.world.op.requests)
        const target = `/connect/authorize?${query}`
        expectRefused(t, await send(stage.world.publicUrl, { target, headers }), 400, op)
        const posted = {
          method: 'POST',
          target: '/connect/authorize',
          headers: [...headers, form],
          body: query,
        }
        expectRefused(t, await send(stage.world.publicUrl, posted), 400, op)
      },
    )
    attack(
      'J-05',
      'the pushed request of an unprotected client under a protected name',
      { web: 'web', web2: 'web2' },
      async (t, stage, clientId) => {
        const { world } = stage
        const body = authorizeQuery(world.other, { state: nextState() })
        const headers = [form, basic('other', secretOf('other'))]
        const answer = await send(world.publicUrl, { method: 'POST', target: '/connect/par', headers, body })
        t.equal(answer.status, 201)
        const query = new URLSearchParams({
          client_id: clientId,
          request_uri: JSON.parse(answer.body).request_uri,
        })
        const op = watchOp(world.op.requests)
        const cookie = `Cookie: ${await stage.cookiesOf('alice')}`
        const target = `/connect/authorize?${query}`
        expectRefused(t, await send(world.publicUrl, { target, headers: [cookie, ...navigation] }), 410, op)
      },
    )
    attack(
      'J-03',
      'a client that says its name only by Basic when it pushes',
      { 'client_id in the query later': {} },
      async (t, stage) => {
        begin(stage)
        const answer = await push(stage, { client_id: '' })
        if (answer.status !== 201) {
          t.equal(answer.status, 400, 'the OP wants it in the body')
          return
        }
        const browser = await openSignedIn(t, stage)
        const { request_uri } = JSON.parse(answer.body)
        const page = await visit(stage, browser, { client_id: 'web', request_uri })
        t.ok(isChallenge(page), 'is challenged', { page: [page.status, page.url, page.text] })
        t.ok(answerOf(stage, await pass(stage, browser, page)).has('code'), 'and ends well')
      },
    )
    attack(
      'J-06',
      'request and request_uri at once',
      {
        'both in the query': (q: string) => ({
          target: `/connect/authorize?${q}&request=e30.e30.&request_uri=urn:x`,
        }),
        'both in the body': (q: string) => ({ body: `${q}&request=e30.e30.&request_uri=urn:x` }),
        'one in each': (q: string) => ({
          target: '/connect/authorize?request=e30.e30.',
          body: `${q}&request_uri=urn:x`,
        }),
        'the object in the body, the rest in the query': (q: string) => ({
          target: `/connect/authorize?${q}`,
          body: `request=${unsigned({ client_id: 'other' })}`,
        }),
        'two objects': (q: string) => ({
          target: `/connect/authorize?${q}&request=e30.e30.&request=e30.e31.`,
        }),
      },
      async (t, stage, write: (query: string) => { target?: string; body?: string }) => {
        const { world } = stage
        const { target = '/connect/authorize', body } = write(
          authorizeQuery(world.web, { state: nextState() }),
        )
        const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
        const op = watchOp(world.op.requests)
        const posted =
          body === undefined ? { headers } : { method: 'POST', headers: [...headers, form], body }
        expectRefused(t, await send(world.publicUrl, { target, ...posted }), 400, op)
      },
    )
    attack(
      'J-08',
      'a tampered request with the same state while the challenge is open',
      {
        'a wider scope': { scope: 'openid profile email' },
        'a wider scope by POST': { scope: 'openid profile email', via: 'post' },
        'a wider scope and max_age': { scope: 'openid profile email', max_age: '100000' },
        'a wider scope for another client': { scope: 'openid profile email', client_id: 'other' },
      },
      async (t, stage, { via, ...tampered }: Record<string, string>) => {
        begin(stage)
        const { world } = stage
        const state = nextState()
        const browser = await openSignedIn(t, stage)
        const challenge = await authorize(stage, browser, world.web, { state, scope: 'openid' })
        t.ok(isChallenge(challenge))
        const query = authorizeQuery(world.web, { state, ...tampered })
        const url = `${world.publicUrl}/connect/authorize`
        const how = { follow: false } as const
        if (via === 'post') await browser.post(url, new URLSearchParams(query), how)
        else await browser.navigate(`${url}?${query}`, how)
        const page = await pass(stage, browser, challenge)
        const code = answerOf(stage, page).get('code')
        if (code === null) return
        const tokens = JSON.parse((await redeem(world, world.web, code)).body)
        t.notMatch(tokens.scope ?? '', /email/, 'nothing that was not stepped up for')
      },
    )
    attack(
      'J-08',
      'a smaller request with the same state, to be judged in place of the larger one',
      {
        'after it': { later: true },
        'before it': { later: false },
        'with consent, so that a decision is kept': { later: true, prompt: 'consent' },
        'for another client at the same address': { later: true, client_id: 'other' },
        'for a client that nobody knows': { later: true, client_id: 'nobody' },
      },
      async (t, stage, it: { later: boolean; prompt?: string; client_id?: string }) => {
        begin(stage)
        const { world } = stage
        // Only the larger scope is challenged, and only at this client.
        const isLarge = { in: ['email', { var: 'custom.scope' }] }
        const isWeb = { '==': [{ var: 'custom.client_id' }, 'web'] }
        world.authsignal.control.setRules([{ ...stepUpForAll, conditions: { and: [isLarge, isWeb] } }])
        const state = nextState()
        const browser = openBrowser(t)
        const askSmall = () => {
          const { later: _, ...more } = it
          const small = authorizeQuery(world.web, { state, scope: 'openid', ...more })
          return browser.navigate(`${world.publicUrl}/connect/authorize?${small}`, { follow: false })
        }
        if (!it.later) await askSmall()
        const login = await authorize(stage, browser, world.web, { state, scope: 'openid email' })
        if (it.later) await askSmall()
        const page = await browser.submit(
          login,
          { username: 'alice', password: 'alice' },
          { form: '/login', ...atHome(world) },
        )
        t.ok(isChallenge(page), 'is judged by the larger one', { page: [page.status, page.url, page.text] })
        t.notOk(answerOf(stage, page).has('code'))
      },
    )
  },
)

runAttacks('requests that the gateway can not read', onLenientStage(), (attack) => {
  attack(
    'J-07',
    'an encrypted request object',
    {
      'of the protected client': { client_id: 'web' },
      'under an unprotected name': { client_id: 'other' },
      'under no name': { client_id: '' },
      'in a POST': { client_id: 'web', via: 'post' },
      'under an unprotected name in a POST': { client_id: 'other', via: 'post' },
    },
    async (t, stage, { via, ...more }: Record<string, string>) => {
      const { world } = stage
      const jwe = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc'
      const query = authorizeQuery(world.web, { redirect_uri: '', ...more, request: jwe })
      const headers = [stage.cookie, ...navigation]
      stage.op.answer = (_request, response) =>
        response.writeHead(303, { location: `${world.web.redirectUri}?code=canary-code-8c1f&state=x` }).end()
      const answer =
        via === 'post'
          ? await send(world.publicUrl, {
              method: 'POST',
              target: '/connect/authorize',
              headers: [...headers, form],
              body: query,
            })
          : await send(world.publicUrl, { target: `/connect/authorize?${query}`, headers })
      stage.beLenient()
      expectNoArtefact(t, answer)
      if (more['client_id'] === 'web') t.equal(answer.status, 400, 'is refused up front')
    },
  )
  attack(
    'J-09',
    'a request object in which a name stands twice',
    {
      'prompt, the harmless one last': '"prompt":"none","prompt":"consent"',
      client_id: '"client_id":"other","client_id":"web"',
      'redirect_uri, in escapes': String.raw`"redirect_uri":"https://evil.example/","redirect_ur\u0069":"https://app.example/"`,
      'in another case': '"scope":"openid","SCOPE":"openid admin"',
      'by collation': '"scope":"openid","\u{1f182}cope":"openid admin"',
      'within claims': '"claims":{"id_token":{},"id_token":null}',
    },
    async (t, stage, members) => {
      const { world, op, cookie } = stage
      const encode = (json: string) => Buffer.from(json).toString('base64url')
      for (const header of ['{"alg":"none"}', '{"alg":"none","typ":"JWT"}']) {
        const object = `{"iss":"web","response_type":"code",${members},"state":"s"}`
        const request = `${encode(header)}.${encode(object)}.`
        const query = new URLSearchParams({
          client_id: 'web',
          response_type: 'code',
          scope: 'openid',
          request,
        })
        const asked = watchOp(op.requests)
        const target = `/connect/authorize?${query}`
        expectRefused(
          t,
          await send(world.publicUrl, { target, headers: [cookie, ...navigation] }),
          400,
          asked,
        )
        const body = `${query}&grant_type=authorization_code`
        const push = { method: 'POST', target: '/connect/par', headers: [form], body }
        expectRefused(t, await send(world.publicUrl, push), 400, asked)
      }
    },
  )
  attack(
    'J-09',
    'a client assertion that two servers could read differently',
    {
      'the subject twice': ['{"iss":"other","sub":"web","sub":"other"}'],
      'the subject in another case': ['{"iss":"other","sub":"other","SUB":"web"}'],
      'the issuer by collation': ['{"iss":"other","sub":"other","i\u{1f182}s":"web"}'],
      'the algorithm twice': ['{"iss":"other","sub":"other"}', '{"alg":"none","alg":"ES256"}'],
    },
    async (t, stage, [claims = '', header = '{"alg":"ES256"}']) => {
      const op = watchOp(stage.op.requests)
      const encode = (json: string) => Buffer.from(json).toString('base64url')
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        code: 'stolen',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: `${encode(header)}.${encode(claims)}.c2ln`,
      })
      const request = { method: 'POST', target: '/connect/token', headers: [form], body: `${body}` }
      expectRefused(t, await send(stage.world.publicUrl, request), 400, op)
    },
  )
  attack(
    'J-03',
    'a pushed request that an OP answers oddly',
    {
      'no JSON': 'urn:x',
      'an array': '[]',
      'a number as URI': '{"request_uri":1}',
      'no URI': '{"expires_in":60}',
      null: 'null',
      empty: '',
      'a life of a thousand years': '{"request_uri":"urn:x:long","expires_in":31536000000}',
      'a negative life': '{"request_uri":"urn:x:past","expires_in":-1}',
    },
    async (t, stage, body) => {
      const { world, op } = stage
      op.answer = (request, response) => {
        if (request.url === '/connect/par') return response.writeHead(201).end(body)
        const location = `${world.web.redirectUri}?code=canary-code-8c1f&state=x`
        return response.writeHead(303, { location }).end()
      }
      const answer = await push(stage)
      t.equal(answer.status, 201, 'comes back as it is')
      t.equal(answer.body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, ''), body)
      for (const uri of ['urn:x', '1', 'urn:x:long', 'urn:x:past']) {
        const target = `/connect/authorize?${new URLSearchParams({ client_id: 'web', request_uri: uri })}`
        expectGuarded(t, await send(world.publicUrl, { target, headers: [stage.cookie, ...navigation] }), {
          seen: () => [],
        })
      }
      stage.beLenient()
    },
  )
})
