import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { type LabClient, makeWebClient, secretOf } from '../lab/op-world.ts'
import { basic, redeem } from './frame/codes.ts'
import { collate } from './frame/collating-op.ts'
import { describe, expectAlive, expectRefused, expectRequestRefused, watchOp } from './frame/expect.ts'
import { askedFor } from './frame/jar.ts'
import { canary, type LenientStage, onLenientStage, stepUpForAll } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerOf, atHome, authorize, nextState, openBrowser, openSignedIn, pass } from './frame/visit.ts'
import { type Answer, form, navigation, send } from './frame/wire.ts'

const everyType = ['code', 'id_token', 'id_token token', 'code id_token', 'code token', 'code id_token token']
const hybrid = { clientId: 'hybrid', redirectUri: 'https://hybrid.example.com/signin-oidc' }
const clients: LabClient[] = [
  makeWebClient('hybrid', 'https://hybrid.example.com', {
    grant_types: ['authorization_code', 'implicit', 'refresh_token'],
    response_types: [
      'code',
      'id_token',
      'id_token token',
      'code id_token',
      'code token',
      'code id_token token',
    ],
  }),
]

runAttacks(
  'response modes and types of the real OP',
  onRealStage({
    rules: [stepUpForAll],
    clients: {
      hybrid: { mode: 'enforce', redirectUris: [hybrid.redirectUri], responseTypes: everyType },
    },
    op: {
      clients,
      features: { jwtResponseModes: { enabled: true }, webMessageResponseMode: { enabled: true } },
      configuration: {
        responseTypes: [
          'code',
          'id_token',
          'id_token token',
          'code id_token',
          'code token',
          'code id_token token',
          'none',
        ],
      },
    },
  }),
  (attack) => {
    attack(
      'R-01',
      'a response mode that can not be read',
      [
        'jwt',
        'query.jwt',
        'fragment.jwt',
        'form_post.jwt',
        'web_message',
        'okta_post_message',
        'QUERY',
        'x',
        'query ',
      ],
      async (t, stage, mode) => {
        const { world } = stage
        for (const client of [world.web, hybrid]) {
          const query = authorizeQuery(client, { state: nextState(), response_mode: mode })
          await expectRequestRefused(t, stage, query)
        }
      },
    )
    attack(
      'R-02',
      'a response type that is not listed',
      [
        'id_token',
        'token',
        'none',
        'code id_token',
        'id_token code',
        'id_token token',
        'token id_token',
        'code token',
        'code id_token token',
        'token code id_token',
        'code code',
        'CODE',
        'code ',
        'vp_token',
      ],
      async (t, stage, type) => {
        const { world } = stage
        const query = authorizeQuery(world.web, { state: nextState(), response_type: type })
        await expectRequestRefused(t, stage, query)
      },
    )
    const ways = Object.fromEntries(
      everyType.flatMap((response_type) =>
        ['', 'fragment', 'form_post'].flatMap((response_mode) =>
          ['session', 'login', 'consent'].map((how) => [
            `${response_type}, ${response_mode || 'default mode'}, ${how}`,
            { how, parameters: { response_type, response_mode } },
          ]),
        ),
      ),
    )
    attack(
      'R-02',
      'an allowed response is held as a whole until the challenge is passed',
      ways,
      async (t, stage, it: { how: string; parameters: Record<string, string> }) => {
        const { world } = stage
        world.clock.advance(11 * 60_000)
        const browser = it.how === 'login' ? openBrowser(t) : await openSignedIn(t, stage)
        const more = {
          ...it.parameters,
          ...(it.how === 'consent' && { prompt: 'consent', max_age: '999999' }),
        }
        let page = await authorize(stage, browser, hybrid, more)
        const credentials = { username: 'alice', password: 'alice' }
        if (it.how === 'login')
          page = await browser.submit(page, credentials, { form: '/login', ...atHome(world) })
        if (it.how === 'consent' && page.body.includes('/consent'))
          page = await browser.submit(page, {}, { form: '/consent', ...atHome(world) })
        t.match(page.url, /\/challenge\?/, 'is challenged', { page: [page.status, page.text] })
        for (const { headers } of page.hops)
          t.notMatch(String(headers['location'] ?? ''), /[?#&](?:code|id_token|access_token)=/)
        page = await pass(stage, browser, page)
        if (page.body.includes('/consent'))
          page = await browser.submit(page, {}, { form: '/consent', ...atHome(world) })
        const inPage = /name="(code|id_token|access_token)" value="([^"]+)"/g
        const fields = Object.fromEntries(
          [...page.body.matchAll(inPage)].map(([, name, value]) => [name, value]),
        )
        const answer =
          it.parameters['response_mode'] === 'form_post' ? new URLSearchParams(fields) : answerOf(stage, page)
        for (const value of answer.values()) if (value.length > 20) stage.secrets.add(value)
        for (const type of (it.parameters['response_type'] ?? '').split(' '))
          t.ok(answer.has(type === 'token' ? 'access_token' : type), `then ${type} comes`, {
            page: [page.status, page.url, page.text],
          })
        const code = answer.get('code')
        if (code !== null) t.equal((await redeem(world, hybrid, code)).status, 200)
      },
    )
    attack(
      'R-01',
      'a challenge that is cancelled: the error takes the way of the response',
      { query: '', fragment: 'fragment', form_post: 'form_post' },
      async (t, stage, response_mode) => {
        const { world } = stage
        world.clock.advance(11 * 60_000)
        const browser = await openSignedIn(t, stage)
        const more = { response_type: 'code id_token', response_mode, max_age: '999999' }
        const challenge = await authorize(stage, browser, hybrid, more)
        const left = await browser.click(challenge, 'Cancel', atHome(world))
        const page = await browser.click(left, 'Back to the application', atHome(world))
        const location = String(page.headers['location'] ?? '')
        t.match(`${location} ${page.body}`, /unmet_authentication_requirements/)
        t.notMatch(`${location} ${page.body}`, /code=|id_token=|name="(?:code|id_token)"/)
      },
    )
  },
)

const jsonPath = '/api/sign-in'

/** Front-channel tokens are allowed, and whoever signs in is challenged. */
const lenient = onLenientStage({
  clients: { web: { responseTypes: everyType } },
  provider: { jsonPaths: [jsonPath] },
})

/** A fresh need, so that no open step-up is offered again, and a good ID token of alice. */
async function makeIdToken(
  { op, world, secrets }: LenientStage,
  claims: Record<string, unknown> = {},
): Promise<string> {
  world.clock.advance(1000)
  // The issuer is known once somebody has asked.
  await send(world.publicUrl, { target: '/.well-known/openid-configuration' })
  const token = await op.signIdToken({ sub: 'user-alice', aud: 'web', nonce: nextState(), ...claims })
  secrets.add(token)
  return token
}

/** The state in what the OP answers next; none where it holds none. */
let answeredState = ''

/** What the OP answers next, whatever it is asked. */
function answerWith(
  { op }: LenientStage,
  status: number,
  headers: Record<string, string>,
  body: string | Buffer = '',
): void {
  const [, inUrl] = /[?&#]state=([^&#]*)/.exec(headers['location'] ?? '') ?? []
  const [, inForm] = /name="state" value="([^"]*)"/.exec(body.toString('latin1')) ?? []
  answeredState = new URLSearchParams(`state=${inUrl ?? inForm ?? ''}`).get('state') ?? ''
  op.answer = (request, response) => {
    if (request.url === '/connect/userinfo') {
      const sub = request.headers.authorization?.includes(canary.token) ? 'user-alice' : 'user-bob'
      return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ sub }))
    }
    return response.writeHead(status, headers).end(body)
  }
}

/** In a browser whose request for all of it was seen, with the state that the OP answers next. */
async function ask(stage: LenientStage, target = '/login/callback', headers = navigation): Promise<Answer> {
  const { world, op } = stage
  const { answer } = op
  const jar = await askedFor(stage, { response_type: 'code id_token token', state: answeredState })
  op.answer = answer
  return send(world.publicUrl, { target, headers: [jar.header(), ...headers] })
}

/** Nothing of a token comes out, in whatever spelling. */
function expectHeld(t: Test, answer: Answer, tokens: readonly string[]): void {
  const plain = answer.wire.replaceAll(/&#x?[0-9a-f]+;|%[0-9a-f]{2}|\\u[0-9a-f]{4}|\0/gi, '')
  for (const token of [canary.code, canary.token, ...tokens]) {
    t.notOk(answer.wire.includes(token) || plain.includes(token.slice(-40)), 'nothing comes out', {
      answer: describe(answer),
    })
  }
  const isHeld = answer.status === 303 && /^\/step-up\/challenge\//.test(answer.headers['location'] ?? '')
  const isError = /error=(?!$)|name="error"/.test(`${answer.headers['location']} ${answer.body}`)
  t.ok(isHeld || isError || answer.status >= 400, 'is held, or an error', { answer: describe(answer) })
}

const asFields = (fields: Record<string, string>): string =>
  Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    .join('')

runAttacks('an OP that answers in odd ways', lenient, (attack) => {
  attack(
    'R-02',
    'tokens of somebody else, or of nobody, where no challenge is needed',
    {
      'an ID token of bob': { claims: { sub: 'user-bob' } },
      'an ID token for another client': { claims: { aud: 'other' } },
      'an ID token for another protected client': { claims: { aud: ['web2'] } },
      'an ID token that has ended': { claims: { exp: 1 } },
      'an ID token of another issuer': { claims: { iss: 'https://evil.example' } },
      'an ID token without subject': { claims: { sub: undefined } },
      'a subject in an array': { claims: { sub: ['user-alice'] } },
      'an unsigned ID token': {
        raw: `eyJhbGciOiJub25lIn0.${Buffer.from('{"sub":"user-alice","aud":"web","exp":4e9}').toString('base64url')}.`,
      },
      'an encrypted ID token': { raw: 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc' },
      'no JWT': { raw: 'x' },
      'an empty ID token': { raw: '' },
      'an access token of bob': { more: { access_token: 'of-bob' } },
      'a good ID token and an access token of bob': { claims: {}, more: { access_token: 'of-bob' } },
      'an access token in another spelling': { claims: {}, more: { Access_Token: 'x' }, passes: true },
    },
    async (
      t,
      stage,
      it: { claims?: Record<string, unknown>; raw?: string; more?: Record<string, string>; passes?: boolean },
    ) => {
      const { world } = stage
      world.authsignal.control.setRules([])
      for (const separator of ['#', '?']) {
        const idToken =
          it.raw ?? (it.claims === undefined ? undefined : await makeIdToken(stage, { ...it.claims }))
        const parameters = {
          ...(idToken !== undefined && { id_token: idToken }),
          ...it.more,
          state: nextState(),
        }
        const location = `${world.web.redirectUri}${separator}${new URLSearchParams(parameters)}`
        answerWith(stage, 303, { location })
        const answer = await ask(stage)
        if (it.passes) t.equal(answer.headers['location'], location, 'means nothing to anybody')
        else expectHeld(t, answer, idToken ? [idToken] : [])
      }
      world.authsignal.control.setRules([stepUpForAll])
      stage.beLenient()
    },
  )
  attack(
    'R-02',
    'good tokens pass where no challenge is needed, and not where one is',
    { 'an ID token': 'id_token', 'an access token': 'access_token', both: 'id_token access_token' },
    async (t, stage, names) => {
      const { world } = stage
      const idToken = await makeIdToken(stage)
      const values: Record<string, string> = { id_token: idToken, access_token: canary.token, code: 'c' }
      const parameters = new URLSearchParams(
        Object.fromEntries(names.split(' ').map((name) => [name, values[name] ?? ''])),
      )
      // An access token alone is no response type that a policy may list.
      if (names === 'access_token') parameters.set('code', 'c')
      const location = `${world.web.redirectUri}#${parameters}`
      answerWith(stage, 303, { location })
      expectHeld(t, await ask(stage), [idToken])
      world.authsignal.control.setRules([])
      world.clock.advance(61_000)
      t.equal((await ask(stage)).headers['location'], location, 'passes')
      world.authsignal.control.setRules([stepUpForAll])
      stage.beLenient()
    },
  )
  attack(
    'R-03',
    'a code in the middle of a flow',
    {
      'a login form': { target: '/login', method: 'POST' },
      'a consent form': { target: '/consent', method: 'POST' },
      'a required action': { target: '/login-actions/required-action?execution=x', method: 'POST' },
      'a broker endpoint': { target: '/broker/google/endpoint?code=theirs&state=theirs' },
      'a broker endpoint by form_post': { target: '/broker/google/endpoint', method: 'POST' },
      'a magic link': { target: '/magic?token=x' },
      'a page of an account': { target: '/account/logout', method: 'POST' },
      'an image': { target: '/logo.png' },
      'a PUT': { target: '/login', method: 'PUT' },
      'a DELETE': { target: '/session', method: 'DELETE' },
      'a JSON login': { target: '/api/login', method: 'POST' },
      'the root': { target: '/' },
    },
    async (t, stage, { target, method = 'GET' }: { target: string; method?: string }) => {
      const { world, cookie } = stage
      answerWith(stage, 303, { location: `${world.web.redirectUri}?code=${canary.code}&state=x` })
      const headers = [cookie, ...navigation, ...(method === 'GET' ? [] : [form])]
      const body = method === 'GET' ? {} : { body: 'username=alice' }
      expectHeld(t, await send(world.publicUrl, { method, target, headers, ...body }), [])
      stage.beLenient()
    },
  )
  attack(
    'R-04',
    'any status, any header that leads on',
    {
      ...Object.fromEntries(
        [300, 301, 302, 303, 305, 307, 308, 200, 201, 202, 204, 401, 403, 500].map((status) => [
          `${status} and Location`,
          { status, name: 'location' },
        ]),
      ),
    },
    async (t, stage, { status, name }: { status: number; name: string }) => {
      const { world } = stage
      const idToken = await makeIdToken(stage)
      for (const suffix of [`?code=${canary.code}&state=x`, `#id_token=${idToken}&state=x`]) {
        answerWith(stage, status, { [name]: world.web.redirectUri + suffix })
        expectHeld(t, await ask(stage), [idToken])
      }
      stage.beLenient()
    },
  )
  attack(
    'R-04',
    'a page with tokens under a Location that no browser follows',
    { 200: 200, 201: 201, 300: 300, 401: 401 },
    async (t, stage, status) => {
      const { world } = stage
      const idToken = await makeIdToken(stage)
      const page = `<form method="post" action="${world.web.redirectUri}">${asFields({ id_token: idToken })}</form>`
      answerWith(stage, status, { location: '/elsewhere', 'content-type': 'text/html' }, page)
      expectHeld(t, await ask(stage), [idToken])
      stage.beLenient()
    },
  )
  attack(
    'R-04',
    'a code in a header that the gateway does not read is worth nothing',
    ['content-location', 'link', 'refresh', 'x-redirect', 'uri', 'x-location'],
    async (t, stage, name) => {
      const { world } = stage
      const code = `code-in-${name}`
      const target = `${world.web.redirectUri}?code=${code}`
      const value =
        name === 'refresh' ? `0;url=${target}` : name === 'link' ? `<${target}>; rel="next"` : target
      answerWith(stage, 200, { [name]: value, 'content-type': 'text/html' })
      await ask(stage)
      stage.beLenient()
      const op = watchOp(stage.op.requests)
      expectRefused(t, await redeem(world, world.web, code), 400, op)
    },
  )
  attack(
    'R-08',
    'a sign-in that is answered with JSON',
    {
      'a redirect': (to: string) => JSON.stringify({ redirect_uri: to }),
      'deep inside': (to: string) => JSON.stringify({ a: [{ b: { next: to } }] }),
      'escaped slashes': (to: string) => JSON.stringify({ url: to }).replaceAll('/', '\\/'),
      'escaped letters': (to: string) =>
        JSON.stringify({ url: to }).replaceAll('code', '\\u0063ode').replaceAll('id_token', '\\u0069d_token'),
      'a bare string': (to: string) => JSON.stringify(to),
      'twice the same': (to: string) => JSON.stringify({ a: to, b: to }),
      'two different ones': (to: string) => JSON.stringify({ a: to, b: `${to}2` }),
      'as a name': (to: string) => JSON.stringify({ [to]: 1 }),
      'a name twice': (to: string) => `{"url":"/","url":${JSON.stringify(to)}}`,
      'a byte order mark': (to: string) => `\ufeff${JSON.stringify({ url: to })}`,
      'behind a guard against inclusion': (to: string) => `)]}',\n${JSON.stringify({ url: to })}`,
      'without scheme': (to: string) => JSON.stringify({ url: to.replace(/^https?:/, '') }),
      'white space around': (to: string) => JSON.stringify({ url: ` ${to}\n` }),
      'very deep': (to: string) => `${'['.repeat(200)}${JSON.stringify(to)}${']'.repeat(200)}`,
      'very long': (to: string) => JSON.stringify({ pad: 'x'.repeat(600_000), url: to }),
      compressed: (to: string) => gzipSync(JSON.stringify({ url: to })),
      'no JSON': (to: string) => `url=${to}`,
    },
    async (t, stage, write: (to: string) => string | Buffer) => {
      const { world, cookie } = stage
      const idToken = await makeIdToken(stage)
      for (const target of [jsonPath, '/API/Sign-In', `${jsonPath}/`, '/api//sign-in', '/api/sign%2Din']) {
        for (const suffix of [`?code=${canary.code}&state=x`, `#id_token=${idToken}&state=x`]) {
          const body = write(world.web.redirectUri + suffix)
          const coding = typeof body === 'string' ? {} : { 'content-encoding': 'gzip' }
          answerWith(stage, 200, { 'content-type': 'application/json', ...coding }, body)
          const headers = [cookie, 'Content-Type: application/json', 'Accept: application/json']
          const answer = await send(world.publicUrl, { method: 'POST', target, headers, body: '{}' })
          t.notOk(answer.wire.includes(canary.code) || answer.wire.includes(idToken), 'nothing comes out', {
            answer: describe(answer),
          })
          t.ok(
            answer.status >= 400 || answer.body.includes('/step-up/challenge/') || /error=/.test(answer.body),
          )
        }
      }
      stage.beLenient()
    },
  )
  const page = (action: string, fields: string): string =>
    `<form method="post" action="${action}">${fields}</form>`
  const pages: Record<
    string,
    (to: string, token: string) => { body: string | Buffer; type?: string; coding?: string }
  > = {
    plain: (to, token) => ({ body: page(to, asFields({ id_token: token, state: 'x' })) }),
    'a code': (to) => ({ body: page(to, asFields({ code: canary.code, state: 'x' })) }),
    'an entity in the name': (to, token) => ({ body: page(to, asFields({ 'id&#95;token': token })) }),
    'entities in the value': (to, token) => ({
      body: page(to, asFields({ id_token: token.replaceAll('.', '&#46;') })),
    }),
    'entities in the action': (to, token) => ({
      body: page(to.replace(':', '&colon;'), asFields({ id_token: token })),
    }),
    'upper case': (to, token) => ({
      body: page(to, asFields({ id_token: token })).replace(/form|input/g, (x) => x.toUpperCase()),
    }),
    'without quotes': (to, token) => ({
      body: `<form action=${to} method=post><input name=id_token value=${token}></form>`,
    }),
    'without an end': (to, token) => ({
      body: `<form action="${to}"><input name="id_token" value="${token}">`,
    }),
    'outside, by the form attribute': (to, token) => ({
      body: `<form id="f" method="post" action="${to}"></form><input form="f" name="id_token" value="${token}">`,
    }),
    'a button with its own action': (to, token) => ({
      body: `<form action="/"><input name="id_token" value="${token}"><button formaction="${to}">go</button></form>`,
    }),
    'a textarea': (to, token) => ({ body: page(to, `<textarea name="id_token">${token}</textarea>`) }),
    'a base': (to, token) => ({
      body: `<base href="${new URL(to).origin}">${page(new URL(to).pathname, asFields({ id_token: token }))}`,
    }),
    'two forms': (to, token) => ({ body: page('/x', '') + page(to, asFields({ id_token: token })) }),
    'two inputs of one name': (to, token) => ({
      body: page(to, asFields({ id_token: 'x' }) + asFields({ id_token: token })),
    }),
    'two addresses': (to, token) => ({
      body:
        page(to, asFields({ id_token: token })) +
        page('https://other.example/', asFields({ id_token: token })),
    }),
    'in noscript': (to, token) => ({
      body: `<noscript>${page(to, asFields({ id_token: token }))}</noscript>`,
    }),
    'in a frame': (to, token) => ({
      body: `<iframe srcdoc="${page(to, asFields({ id_token: token })).replaceAll('"', '&quot;')}"></iframe>`,
    }),
    'in a shadow root': (to, token) => ({
      body: `<div><template shadowrootmode="open">${page(to, asFields({ id_token: token }))}</template></div>`,
    }),
    'without a type': (to, token) => ({ body: page(to, asFields({ id_token: token })), type: '' }),
    xhtml: (to, token) => ({
      body: `<html xmlns="http://www.w3.org/1999/xhtml"><body>${page(to, asFields({ id_token: token }))}</body></html>`,
      type: 'application/xhtml+xml',
    }),
    svg: (to, token) => ({
      body: `<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><x:form xmlns:x="http://www.w3.org/1999/xhtml" action="${to}"><x:input name="id_token" value="${token}"/></x:form></foreignObject></svg>`,
      type: 'image/svg+xml',
    }),
    'UTF-16': (to, token) => ({
      body: Buffer.from(`\ufeff${page(to, asFields({ id_token: token }))}`, 'utf16le'),
    }),
    'UTF-16 by header': (to, token) => ({
      body: Buffer.from(page(to, asFields({ id_token: token })), 'utf16le'),
      type: 'text/html; charset=utf-16le',
    }),
    'UTF-7': (to, token) => ({
      body: `+ADw-form action+AD0AIg-${to}+ACIAPgA8-input name+AD0AIg-id+AF8-token+ACI value+AD0AIg-${token}+ACIAPg-`,
      type: 'text/html; charset=utf-7',
    }),
    gzip: (to, token) => ({ body: gzipSync(page(to, asFields({ id_token: token }))), coding: 'gzip' }),
    'gzip twice': (to, token) => ({
      body: gzipSync(gzipSync(page(to, asFields({ id_token: token })))),
      coding: 'gzip, gzip',
    }),
    'an unknown coding': (to, token) => ({ body: page(to, asFields({ id_token: token })), coding: 'zstd' }),
    'GET instead of POST': (to, token) => ({
      body: `<form action="${to}">${asFields({ id_token: token })}</form>`,
    }),
    'a token in the address': (to, token) => ({
      body: page(`${to}?id_token=${token}`, asFields({ state: 'x' })),
    }),
    'disabled until a script enables it': (to, token) => ({
      body: page(to, `<input disabled name="id_token" value="${token}">`),
    }),
  }
  attack('R-10', 'a page that submits itself', pages, async (t, stage, write: (typeof pages)[string]) => {
    const { world } = stage
    const idToken = await makeIdToken(stage)
    const { body, type = 'text/html', coding } = write(world.web.redirectUri, idToken)
    const headers = {
      ...(type !== '' && { 'content-type': type }),
      ...(coding && { 'content-encoding': coding }),
    }
    answerWith(stage, 200, headers, body)
    const answer = await ask(stage)
    expectHeld(t, answer, typeof body === 'string' ? [idToken] : [])
    t.notOk(typeof body !== 'string' && answer.wire.includes(body.toString('latin1')), 'nor its bytes')
    stage.beLenient()
  })
  attack(
    'R-11',
    'more than anybody should read',
    {
      'a bomb of a page': { body: () => gzipSync(Buffer.alloc(60_000_000, '<form>')), coding: 'gzip' },
      'a bomb of JSON': {
        target: jsonPath,
        body: () => gzipSync(Buffer.alloc(60_000_000, ' ')),
        coding: 'gzip',
      },
      'a token response of 2 MiB': { token: true, body: () => Buffer.alloc(2_000_000, ' ') },
      'a bomb of a token response': {
        token: true,
        body: () => gzipSync(Buffer.alloc(60_000_000, ' ')),
        coding: 'gzip',
      },
    },
    async (t, stage, it: { target?: string; token?: boolean; body: () => Buffer; coding?: string }) => {
      const { world } = stage
      world.authsignal.control.setRules([])
      world.clock.advance(61_000)
      const code = `code-${nextState()}`
      answerWith(stage, 303, { location: `${world.web.redirectUri}?code=${encodeURIComponent(code)}` })
      if (it.token) await ask(stage)
      const coding = it.coding === undefined ? {} : { 'content-encoding': it.coding }
      const type = it.token || it.target ? 'application/json' : 'text/html'
      answerWith(stage, 200, { 'content-type': type, ...coding }, it.body())
      const before = process.memoryUsage().rss
      const answer = it.token ? await redeem(world, world.web, code) : await ask(stage, it.target)
      t.ok(answer.status >= 400, 'is refused', { answer: { status: answer.status } })
      t.ok(process.memoryUsage().rss - before < 250e6, 'without the memory that it asks for')
      await expectAlive(t, world)
      world.authsignal.control.setRules([stepUpForAll])
      stage.beLenient()
    },
  )
  attack(
    'R-11',
    'a response that is padded by what the request says',
    { 'a state of 600 KiB by POST': 600_000, 'a state of 200 KiB by POST': 200_000 },
    async (t, stage, length) => {
      const { world, cookie } = stage
      const idToken = await makeIdToken(stage)
      const state = 's'.repeat(length)
      const html = page(world.web.redirectUri, asFields({ state, id_token: idToken }))
      answerWith(stage, 200, { 'content-type': 'text/html' }, html)
      const body = authorizeQuery(world.web, { response_type: 'id_token', response_mode: 'form_post', state })
      const headers = [cookie, form, ...navigation]
      const answer = await send(world.publicUrl, {
        method: 'POST',
        target: '/connect/authorize',
        headers,
        body,
      })
      expectHeld(t, answer, [idToken])
      const pushed = await send(world.publicUrl, {
        method: 'POST',
        target: '/connect/par',
        headers: [form, basic('web', secretOf('web'))],
        body,
      })
      t.equal(pushed.status, 413, 'nor can it be pushed')
      stage.beLenient()
    },
  )
  attack(
    'R-12',
    'a released response, byte for byte',
    {
      iss: 'iss=https%3A%2F%2Flogin.example.com&session_state=a.b',
      'escapes in lower case': 'state=a%2fb&iss=x',
      'odd order': 'session_state=1&iss=2&scope=openid%20email',
      'plus and space': 'state=a+b%20c&s_hash=x',
      'no end': 'state=&&x',
    },
    async (t, stage, more) => {
      const { world } = stage
      world.authsignal.control.setRules([])
      world.clock.advance(61_000)
      for (const location of [
        `${world.web.redirectUri}?code=c-${nextState().replace(' ', '')}&${more}`,
        `${world.web.redirectUri}#code=c-${nextState().replace(' ', '')}&${more}`,
        `${world.web.redirectUri}?own=1&${more}&code=c-${nextState().replace(' ', '')}`,
      ]) {
        answerWith(stage, 302, { location })
        const answer = await ask(stage)
        t.equal(answer.status, 302)
        t.equal(answer.headers['location'], location)
      }
      world.authsignal.control.setRules([stepUpForAll])
      stage.beLenient()
    },
  )
  attack(
    'R-13',
    'what is both an error and a code, or neither',
    {
      'error and code': '?error=access_denied&code=C',
      'code and error': '?code=C&error=x',
      'an empty error': '?error=&code=C',
      'two codes': '?code=x&code=C',
      'an empty code first': '?code=&code=C',
      'query and fragment': '?code=x#code=C',
      'an error in the query, a code in the fragment': '?error=x#code=C',
      'a code in the query, an error in the fragment': '?code=C#error=x',
      'an escaped name': '?c%6fde=C',
      'two fragments': '#x#code=C',
      'behind a semicolon': '?state=x;code=C&code=C',
      'a code in the path of the redirect': '?state=x&code=C#',
    },
    async (t, stage, suffix) => {
      const { world } = stage
      for (const rules of [[stepUpForAll], []]) {
        world.authsignal.control.setRules(rules)
        world.clock.advance(61_000)
        const location = world.web.redirectUri + suffix.replace('C', canary.code)
        answerWith(stage, 303, { location })
        const answer = await ask(stage)
        if (rules.length > 0) expectHeld(t, answer, [])
        else if (answer.wire.includes(canary.code)) {
          const only = new URLSearchParams(location.split(/[?#]/).slice(1).join('&'))
          t.ok(only.getAll('code').length === 1 && !only.has('error'), 'only a plain one passes', {
            location,
          })
        }
      }
      world.authsignal.control.setRules([stepUpForAll])
      stage.beLenient()
    },
  )
  attack(
    'R-15',
    'bytes that split a response',
    {
      'a line end in the state': '?code=C&state=a\r\nSet-Cookie: x=1',
      'a bare CR': '?code=C&state=a\rSet-Cookie: x=1',
      'a bare LF': '?code=C&state=a\nSet-Cookie: x=1',
      NUL: '?code=C&state=a\0b',
      DEL: '?code=C&state=a\x7fb',
      latin1: '?code=C&state=a\xe9b',
      'UTF-8 that ends in CR LF when cut': '?code=C&state=\xe5\x98\x8d\xe5\x98\x8aSet-Cookie:x=1',
      'a tab': '?code=C&state=a\tb',
    },
    async (t, stage, suffix) => {
      const { world, op } = stage
      op.answer = (_request, response) => {
        const location = `Location: ${world.web.redirectUri}${suffix.replace('C', canary.code)}`
        const head = `HTTP/1.1 303 See Other\r\n${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`
        response.socket?.end(Buffer.from(head, 'latin1'))
      }
      const answer = await ask(stage)
      t.notOk(answer.wire.includes(canary.code), 'no code comes out')
      stage.beLenient()
      await expectAlive(t, world)
    },
  )
  const padding = 'a word and a word '.repeat(40_000)
  type LongPage = (to: string, token: string) => { body: string | Buffer; type?: string; coding?: string }
  const longPages: Record<string, LongPage> = {
    'a long field before the token': (to, token) => ({
      body: page(to, asFields({ state: padding, id_token: token })),
    }),
    'a long field behind the token': (to, token) => ({
      body: page(to, asFields({ id_token: token, state: padding })),
    }),
    'text before the form': (to, token) => ({ body: padding + page(to, asFields({ id_token: token })) }),
    'text behind the form': (to, token) => ({ body: page(to, asFields({ id_token: token })) + padding }),
    'a comment before the form': (to, token) => ({
      body: `<!-- ${padding} -->${page(to, asFields({ id_token: token }))}`,
    }),
    'a form of its own first': (to, token) => ({
      body: page('/search', '') + padding + page(to, asFields({ id_token: token })),
    }),
    'the tag in another case, over lines': (to, token) => ({
      body: `${padding}<FoRm\nmethod=post\taction=${to}>${asFields({ id_token: token })}</form>`,
    }),
    'an action in entities': (to, token) => ({
      body: `${padding}<form action="${to.replace(':', '&colon;')}">${asFields({ id_token: token })}</form>`,
    }),
    'an action without scheme': (to, token) => ({
      body: padding + page(to.replace(/^http:/, ''), asFields({ id_token: token })),
    }),
    'an action behind a quoted bracket': (to, token) => ({
      body: `${padding}<form title=">" action="${to}">${asFields({ id_token: token })}</form>`,
    }),
    'a button with its own action': (to, token) => ({
      body: `<form action="/">${padding}${asFields({ id_token: token })}<button formaction="${to}">`,
    }),
    'a base': (to, token) => ({
      body: `<base href="${new URL(to).origin}">${padding}${page('/signin-oidc', asFields({ id_token: token }))}`,
    }),
    'in a frame': (to, token) => ({
      body: `${padding}<iframe srcdoc="${page(to, asFields({ id_token: token })).replaceAll('"', '&quot;')}"></iframe>`,
    }),
    'without a type': (to, token) => ({
      body: `<p>${padding}${page(to, asFields({ id_token: token }))}`,
      type: '',
    }),
    xhtml: (to, token) => ({
      body: `<x:html xmlns:x="http://www.w3.org/1999/xhtml">${padding}<x:form action="${to}"><x:input name="id_token" value="${token}"/></x:form></x:html>`,
      type: 'application/xhtml+xml',
    }),
    'UTF-16': (to, token) => ({
      body: Buffer.from(`\ufeff${padding}${page(to, asFields({ id_token: token }))}`, 'utf16le'),
    }),
    'ISO-2022-JP': (to, token) => ({
      body: `${padding}<fo\x1b(Brm action="${to}">${asFields({ id_token: token })}</form>`,
    }),
    gzip: (to, token) => ({
      body: gzipSync(`${randomBytes(600_000).toString('base64')}${page(to, asFields({ id_token: token }))}`),
      coding: 'gzip',
    }),
  }
  attack('R-16', 'a page that is too long to be read', longPages, async (t, stage, write: LongPage) => {
    const { world, cookie } = stage
    const idToken = await makeIdToken(stage)
    const { body, type = 'text/html', coding } = write(world.web.redirectUri, idToken)
    const headers = {
      ...(type !== '' && { 'content-type': type }),
      ...(coding && { 'content-encoding': coding }),
    }
    const query = authorizeQuery(world.other, { response_type: 'id_token', response_mode: 'form_post' })
    for (const request of [
      { target: `/connect/authorize?${query}` },
      { target: '/connect/authorize/callback?authzId=1' },
      { target: '/login/callback' },
      { method: 'POST', target: '/login', body: 'username=alice' },
    ]) {
      answerWith(stage, 200, headers, body)
      const browser = [cookie, ...navigation, ...(request.method ? [form] : [])]
      const answer = await send(world.publicUrl, { ...request, headers: browser })
      const isUnread = request.target.startsWith('/connect/authorize')
      if (isUnread) t.equal(answer.status, 502, 'is refused as a whole')
      for (const bytes of [idToken, Buffer.from(idToken, 'utf16le').toString('latin1')])
        t.notOk(answer.wire.includes(bytes), `no token comes out of ${request.target}`)
      t.ok(answer.status === 502 || answer.body.length < body.length, 'it is refused, or cut off')
      if (Buffer.isBuffer(body)) t.equal(answer.status, 502, 'what can not even be searched is refused')
    }
    stage.beLenient()
  })
  const row = '<tr><td>a cell<td><form method="post" action="/users/1/delete"><button>x</button></form>'
  attack(
    'R-16',
    'a long page of the OP that hands nothing to a client passes byte for byte',
    {
      'a report': `<!doctype html><title>Report</title><table>${'<tr><td>a cell'.repeat(60_000)}</table>`,
      'a console with forms of its own': `<!doctype html><form action="search?q=1"></form><table>${row.repeat(15_000)}`,
      'a page with a form that says where it is': `<form action='/?a=1&amp;b=2' method=get></form>${padding}<form>`,
      'text without markup': padding,
    },
    async (t, stage, body) => {
      answerWith(stage, 200, { 'content-type': 'text/html', 'content-length': String(body.length) }, body)
      const answer = await ask(stage, '/reports')
      t.equal(answer.status, 200)
      t.ok(answer.body === body, 'byte for byte', { length: answer.body.length })
      stage.beLenient()
    },
  )
  const hiding = {
    plain: (query: string) => query,
    'with a client hidden from the gateway': (query: string) =>
      query.replace('client_id', '%F0%9F%85%92lient_id').replace('redirect_uri', '%F0%9F%85%A1edirect_uri'),
    'with the client alone hidden': (query: string) => query.replace('client_id', '%F0%9F%85%92lient_id'),
  }
  attack(
    'Q-21',
    'a request of which the OP would write more than can be read, whoever asks',
    Object.fromEntries(
      Object.entries(hiding).flatMap(([how, hide]) =>
        Object.entries({
          'a state of 600 kB': 's'.repeat(600_000),
          'a state of 100 kB that grows when it is escaped': "'".repeat(100_000),
          'a state of 60 kB': 's'.repeat(60_000),
          'a state of 40 kB that grows when it is escaped': "'".repeat(40_000),
        }).map(([name, state]) => [`${name}, ${how}`, { hide, state }] as const),
      ),
    ),
    async (t, stage, { hide, state }: { hide: (query: string) => string; state: string }) => {
      const { world, cookie } = stage
      world.clock.advance(61_000)
      const { idToken } = await collate(stage)
      stage.secrets.add(idToken)
      const more = { response_type: 'code id_token', response_mode: 'form_post', state }
      const body = hide(authorizeQuery(world.web, more))
      const headers = [cookie, form, ...navigation]
      for (const target of ['/connect/authorize', '/connect/par']) {
        const op = watchOp(stage.op.requests)
        const answer = await send(world.publicUrl, { method: 'POST', target, headers, body })
        expectRefused(t, answer, [400, 413], op)
        t.notOk(answer.wire.includes(idToken))
      }
      stage.beLenient()
    },
  )
  attack(
    'Q-21',
    'no honest request is too long, whoever asks',
    {
      'claims of 4 kB': {
        claims: JSON.stringify({ id_token: { acr: { values: Array(300).fill('a-value') } } }),
      },
      'a state of 20 kB': { state: 's'.repeat(20_000) },
      'a form of 100 kB of the OP': { SAMLResponse: 'PHNhbWw+'.repeat(12_000) },
      'a name that is no ASCII': { username: '\u65e5\u672c'.repeat(1000) },
    } as Record<string, Record<string, string>>,
    async (t, stage, more) => {
      const { world, cookie } = stage
      stage.op.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('x')
      for (const client of [world.web, world.other]) {
        const body = authorizeQuery(client, more)
        const headers = [cookie, form, ...navigation]
        const answer = await send(world.publicUrl, {
          method: 'POST',
          target: '/connect/authorize',
          headers,
          body,
        })
        t.equal(answer.status, 200, 'is served', { answer: describe(answer) })
      }
      stage.beLenient()
    },
  )
  type Part = {
    status?: number
    type?: string
    more?: Record<string, string>
    wrap?: (part: string) => string
  }
  const inRanges = (part: string): string =>
    `--b\r\nContent-Type: text/html\r\nContent-Range: bytes 9-99/100\r\n\r\n${part}\r\n--b--\r\n`
  attack(
    'R-17',
    'a page of which the OP sends a part',
    {
      'a range': { type: 'text/html' },
      'a range of XHTML': { type: 'application/xhtml+xml' },
      'a range without a type': {},
      'a range of what has no readable type': { type: '*/*' },
      'a range of one of two types': { type: 'text/plain, text/html' },
      'ranges in parts': { type: 'multipart/byteranges; boundary=b', wrap: inRanges },
      'ranges in parts, as of old': { type: 'multipart/x-byteranges; boundary=b', wrap: inRanges },
      'ranges in parts, without the status': {
        status: 200,
        type: 'Multipart/ByteRanges; boundary=b',
        wrap: inRanges,
      },
      'the difference to an earlier page': { status: 226, type: 'text/html', more: { im: 'range' } },
    } as Record<string, Part>,
    async (t, stage, { status = 206, type, more, wrap = (part) => part }: Part) => {
      const { world, cookie } = stage
      const idToken = await makeIdToken(stage)
      const part = wrap(asFields({ id_token: idToken, code: canary.code }))
      for (const target of [
        '/connect/authorize?client_id=other',
        '/connect/authorize/callback',
        '/login',
        '/x',
      ]) {
        answerWith(stage, status, { ...(type !== undefined && { 'content-type': type }), ...more }, part)
        const ranges = ['Range: bytes=9-99', 'If-Range: "one"', 'Request-Range: bytes=9-99', 'A-IM: range']
        const headers = [cookie, ...navigation, ...ranges, 'Accept-Encoding: zstd']
        expectHeld(t, await send(world.publicUrl, { target, headers }), [idToken])
        for (const { url, headers } of stage.op.requests.filter(({ url }) => url.startsWith('/connect/auth')))
          t.notMatch(Object.keys(headers).join(), /range|a-im|encoding/, `nor is it asked for at ${url}`)
      }
      stage.beLenient()
    },
  )
  attack(
    'R-17',
    'a part of what nobody shows as a page passes byte for byte',
    [
      'image/png',
      'video/mp4',
      'audio/ogg',
      'font/woff2',
      'application/pdf',
      'application/octet-stream',
      'text/css; charset=utf-8',
      'text/javascript',
      'application/javascript',
    ],
    async (t, stage, type) => {
      const { world, cookie } = stage
      const range = 'bytes 2-5/10'
      answerWith(stage, 206, { 'content-type': type, 'content-range': range, 'content-length': '4' }, '2345')
      const answer = await send(world.publicUrl, { target: '/file', headers: [cookie, 'Range: bytes=2-5'] })
      t.same([answer.status, answer.headers['content-range'], answer.body], [206, range, '2345'])
      t.equal(stage.op.requests.at(-1)?.headers.range, 'bytes=2-5', 'and was asked for')
      answerWith(stage, 304, { etag: '"one"' })
      t.equal((await ask(stage, '/page', ['If-None-Match: "one"'])).status, 304, 'nor does a 304 hold any')
      stage.beLenient()
    },
  )
  attack(
    'R-18',
    'a page under a type of which browsers make a page',
    [
      '*/*',
      'unknown/unknown',
      'application/unknown',
      'text',
      'text/',
      '/html',
      'text html',
      '"text/html"',
      'charset=utf-8',
      '; charset=utf-8',
      ',',
      'TEXT/HTML',
      'text/html, text/plain',
      'text/plain, text/html',
      'text/plain; a="x, y", text/html',
      'text/html, application/xhtml+xml',
      'application/xhtml+xml',
      'image/svg+xml, text/plain',
      'application/vnd.x+xml; charset=utf-8',
      'text/xsl',
      'text/plain\ntext/html',
      'application/json\n*/*',
      'multipart/x-mixed-replace; boundary=b',
      'multipart/related; boundary=b; type="text/html"',
      'multipart/mixed; boundary=b',
      'message/rfc822',
      'application/x-mimearchive',
      'image/png, multipart/related; boundary=b',
    ],
    async (t, stage, types) => {
      const { world } = stage
      const idToken = await makeIdToken(stage)
      const body = page(world.web.redirectUri, asFields({ id_token: idToken }))
      stage.op.answer = (_request, response) =>
        response
          .writeHead(
            200,
            types.split('\n').flatMap((type) => ['content-type', type]),
          )
          .end(body)
      expectHeld(t, await ask(stage), [idToken])
      stage.beLenient()
    },
  )
  attack(
    'R-19',
    'an authorization endpoint that is asked for something else than a page',
    {
      'a redirect in JSON': (to: string, token: string) => JSON.stringify({ to: `${to}#id_token=${token}` }),
      'tokens in JSON': (_to: string, token: string) => JSON.stringify({ id_token: token, state: 'x' }),
      'tokens in JSON, escaped': (_to: string, token: string) =>
        JSON.stringify({ id_token: token }).replace('id_token', '\\u0069d_token').replaceAll('.', '\\u002e'),
      'an access token alone': () => JSON.stringify({ access_token: canary.token }),
      'a name twice': (to: string, token: string) => `{"a":1,"a":"${to}#id_token=${token}"}`,
      'a form': (_to: string, token: string) => `state=x&id_token=${token}`,
      'a call of a function': (_to: string, token: string) => `callback({id_token: '${token}'})`,
      'a token alone': (_to: string, token: string) => token,
      'UTF-16': (_to: string, token: string) => Buffer.from(JSON.stringify({ id_token: token }), 'utf16le'),
      'more than can be read': (_to: string, token: string) =>
        JSON.stringify({ pad: 'x'.repeat(600_000), id_token: token }),
    },
    async (t, stage, write: (to: string, token: string) => string | Buffer) => {
      const { world, cookie } = stage
      const query = authorizeQuery(world.other, { response_type: 'id_token' })
      for (const [target, type] of [
        [`/connect/authorize?${query}`, 'application/json'],
        [`/connect/authorize?${query}`, 'text/javascript'],
        ['/connect/authorize/callback?authzId=1', 'application/json; charset=utf-8'],
        ['/connect/authorize/callback?authzId=1', 'application/hal+json'],
        ['/connect/authorize/callback?authzId=1', 'text/plain'],
      ] as const) {
        const idToken = await makeIdToken(stage)
        const body = write(world.web.redirectUri, idToken)
        answerWith(stage, 200, { 'content-type': type }, body)
        const answer = await send(world.publicUrl, { target, headers: [cookie, 'Accept: application/json'] })
        const plain = answer.wire.replaceAll('\0', '').replaceAll('\\u002e', '.')
        t.notOk(plain.includes(idToken) || plain.includes(canary.token), 'nothing comes out', {
          answer: describe(answer),
        })
      }
      stage.beLenient()
    },
  )
  attack(
    'R-19',
    'what else an authorization endpoint says passes byte for byte',
    {
      'an error in JSON': [
        'application/json',
        '{"error":"invalid_request","error_description":"no id_token"}',
      ],
      'a step of a sign-in in JSON': ['application/json', '{"status":"USERNAME_REQUIRED","next":"/flows/1"}'],
      'an error in text': ['text/plain', 'unknown client: code 17'],
      nothing: ['application/json', ''],
    } as Record<string, [string, string]>,
    async (t, stage, [type, body]) => {
      answerWith(stage, 400, { 'content-type': type }, body)
      const answer = await ask(stage, `/connect/authorize?${authorizeQuery(stage.world.other)}`)
      t.same([answer.status, answer.headers['content-type']], [400, type])
      t.ok(answer.body.includes(body))
      stage.beLenient()
    },
  )
})

/** Codes only: one that nobody read would not redeem, and yet it is refused. */
runAttacks('a code that could be read in two ways', onLenientStage(), (attack) => {
  const code = asFields({ code: canary.code, state: 'x' })
  const form = (action: string, fields = code): string =>
    `<form method="post" action="${action}">${fields}</form>`
  const utf16 = (html: string): Buffer => Buffer.from(`\ufeff${html}`, 'utf16le')
  attack(
    'R-20',
    'a page with a code',
    {
      'a decoy beside it': (to: string) => ({ body: form(to) + form('https://other.example/') }),
      'a button that leads elsewhere': (to: string) => ({
        body: form('https://other.example/', `${code}<button formaction="${to}">x</button>`),
      }),
      'in UTF-16': (to: string) => ({ body: utf16(form(to)) }),
      'in UTF-7 by its own word': (to: string) => ({ body: `<meta charset=utf-7>${form(to)}` }),
      'in XHTML': (to: string) => ({ body: form(to), type: 'application/xhtml+xml' }),
      'in XHTML that is HTML as well': (to: string) => ({
        body: form(to).replaceAll(/(<input[^>]*)>/g, '$1/>'),
        type: 'application/xhtml+xml',
      }),
      'in XHTML in UTF-16': (to: string) => ({
        body: utf16(form(to).replaceAll(/(<input[^>]*)>/g, '$1/>')),
        type: 'application/xhtml+xml',
      }),
      'in XHTML, behind a script that ends at once': (to: string) => ({
        body: `<html xmlns="http://www.w3.org/1999/xhtml"><script src="/x"/>${form(to)}</html>`,
        type: 'application/xhtml+xml',
      }),
      'in XHTML, by entities': (to: string) => ({
        body: form(to).replace('"code"', '"&#99;ode"'),
        type: 'application/xhtml+xml',
      }),
      'in XML, by an entity of its own': (to: string) => ({
        body: `<!DOCTYPE x [<!ENTITY f '${form(to).replace('form', 'f&#111;rm')}'>]><x>&f;</x>`,
        type: 'text/xml',
      }),
      'in a drawing': (to: string) => ({
        body: `<svg xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml"><h:form action="${to}"><h:input name='code' value="${canary.code}"/></h:form></svg>`,
        type: 'image/svg+xml',
      }),
      'in a frame': (to: string) => ({ body: `<iframe srcdoc='${form(to)}'></iframe>` }),
      'in a shadow root': (to: string) => ({
        body: `<p><template shadowrootmode="open">${form(to)}</template>`,
      }),
    },
    async (t, stage, write: (to: string) => { body: string | Buffer; type?: string }) => {
      const { body, type = 'text/html' } = write(stage.world.web.redirectUri)
      answerWith(stage, 200, { 'content-type': type }, body)
      for (const target of ['/login', '/connect/authorize/callback']) {
        const answer = await ask(stage, target)
        expectHeld(t, answer, [])
        t.notOk(answer.wire.replaceAll('\0', '').includes(canary.code))
      }
      stage.beLenient()
    },
  )
  attack(
    'R-20',
    'a coding at an authorization endpoint that nobody asked for',
    { unknown: 'zstd', stacked: 'gzip, gzip', broken: 'gzip' },
    async (t, stage, coding) => {
      const { world } = stage
      answerWith(
        stage,
        200,
        { 'content-type': 'text/html', 'content-encoding': coding },
        form(world.web.redirectUri),
      )
      for (const path of ['/connect/authorize', '/connect/authorize/callback'])
        expectHeld(t, await ask(stage, `${path}?${authorizeQuery(world.other)}`), [])
      stage.beLenient()
    },
  )
  attack(
    'R-20',
    'honest pages pass byte for byte',
    {
      'a login page in XHTML': {
        type: 'application/xhtml+xml',
        body: `<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><form action="/login"><input name="username"/></form></html>`,
      },
      'a login page in XHTML that passes on what was asked': {
        type: 'application/xhtml+xml; charset=utf-8',
        body: `<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><script>//<![CDATA[
if (a && b < c) d()
//]]></script><form action="/login?response_type=code&amp;name=a"><input type="hidden" name="response_type" value="code"/><input name="code"/></form></html>`,
      },
      'a login page in UTF-16': {
        type: 'text/html; charset=utf-16be',
        body: '<form><input name="code">'.replaceAll(/./g, '\0$&'),
      },
      'a drawing with entities of its own': {
        type: 'image/svg+xml',
        body: '<!DOCTYPE svg [<!ENTITY ns_svg "http://www.w3.org/2000/svg">]><svg xmlns="&ns_svg;"/>',
      },
      'a feed with a stylesheet': {
        type: 'application/rss+xml',
        body: '<?xml version="1.0"?><?xml-stylesheet href="/x.xsl"?><rss/>',
      },
      'metadata of SAML': {
        type: 'application/samlmetadata+xml',
        body: '<md:EntityDescriptor><md:NameIDFormat>x</md:NameIDFormat></md:EntityDescriptor>',
      },
      'a coding that the gateway does not know': {
        type: 'text/html',
        body: 'x',
        more: { 'content-encoding': 'zstd' },
      },
      'a range of a page': { status: 206, type: 'text/html', body: '<p>' },
    } as Record<string, { status?: number; type: string; body: string; more?: Record<string, string> }>,
    async (t, stage, { status = 200, type, body, more }) => {
      answerWith(stage, status, { 'content-type': type, 'content-length': `${body.length}`, ...more }, body)
      const answer = await ask(stage, '/page')
      t.same([answer.status, answer.body], [status, body])
      stage.beLenient()
    },
  )
})
