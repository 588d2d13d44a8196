import type { ServerResponse } from 'node:http'
import type { Test } from 'tap'
import { expectChallenge, passChallenge } from '../e2e/challenge.ts'
import { Browser } from '../lab/browser.ts'
import { describe, expectRefused, watchOp } from './frame/expect.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { patient } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { answerProbesWith } from './frame/scripted-op.ts'
import { form, navigation, send } from './frame/wire.ts'

const protectedPaths = [
  { path: '/keys', httpMethods: ['DELETE'], mode: 'monitor', action: 'watched' },
  { path: '/keys', httpMethods: ['POST'], action: 'keys' },
  { path: '/admin', httpMethods: ['PUT', 'DELETE'], action: 'admin' },
  { path: '/account' },
]
const soon = new Date(Date.now() + 86_400_000).toISOString()

/** An OP whose pages hold something that only a user who was stepped up may see. */
async function openStage(t: Test): Promise<LenientStage> {
  const config = { protectedPaths, stepUp: patient, defaults: { graceUntil: soon } }
  const stage = await onLenientStage({ config })(t)
  stage.op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>the page of the account')
  return stage
}

/** A browser in which somebody is signed in at the OP by password. */
async function open(t: Test, { world }: LenientStage, user: string): Promise<Browser> {
  const browser = new Browser()
  t.teardown(() => browser.close())
  await browser.jar.setCookie(`_session=${user}`, world.publicUrl)
  return browser
}

/** The same, after a step-up at the page. */
async function openVerified(t: Test, stage: LenientStage, user = 'user-bob'): Promise<Browser> {
  const { world } = stage
  const browser = await open(t, stage, user)
  const asked = await browser.navigate(`${world.publicUrl}/account`)
  expectChallenge(t, world, asked)
  t.match((await passChallenge(world, browser, asked, user)).text, /the page of the account/)
  return browser
}

/** Held until a challenge is passed, or refused; the OP sees nothing. */
async function staysClosed(t: Test, { world, op, cookie }: LenientStage, method: string, target: string) {
  const seen = watchOp(op.requests)
  const isSent = method !== 'GET' && method !== 'HEAD'
  const request = { method, target, headers: [cookie, ...navigation, ...(isSent ? [form] : [])] }
  const answer = await send(world.publicUrl, { ...request, ...(isSent && { body: 'a=b' }) })
  t.ok(answer.status === 303 || answer.status >= 400, 'is held or refused', { answer: describe(answer) })
  if (answer.status === 303) t.match(answer.headers['location'], /^\/step-up\/challenge\/[\w-]+$/)
  t.same(seen.seen(), [], 'nothing reaches the OP')
  t.notMatch(answer.wire, /the page of the account/)
}

runAttacks('pages of the OP that are protected', openStage, (attack) => {
  attack(
    'E-07',
    'a page in other spellings',
    [
      ...['/account', '/account/', '/account/keys', '/ACCOUNT', '/Account/x', '//account', '/account//keys'],
      ...['/./account', '/x/../account', '/account/.', '/%61ccount', '/%2561ccount', '/account%2fkeys'],
      ...[
        '/account;a=b',
        '/account;a=b/keys',
        '/;x/account',
        '/account%3ba',
        '/account.json',
        '/account.',
        '/account%20',
      ],
      ...['/index.php/account', '/account.php', '/account%00', '/account%0a', '/\\account', '/account\\keys'],
      ...[
        '/(S(abc))/account',
        '/acc%C2%ADount',
        '/acco\u00adunt',
        '/account?x=y',
        '/account%3fx',
        '/account%23x',
      ],
    ],
    (t, stage, target) => staysClosed(t, stage, 'GET', Buffer.from(target).toString('latin1')),
  )
  attack(
    'P-14',
    'a page behind what is given all that follows it',
    [
      ...[
        '/a/x.psgi/account',
        '/a/index.php/account/keys',
        '/cgi-bin/x/account',
        '/~op/account',
        '/a/x.aspx/account',
      ],
      ...[
        '/a/x.psgi;b/account',
        '/a/x.php%20/account',
        '/a/x.php::$DATA/account',
        '/account::$INDEX_ALLOCATION/keys',
      ],
      ...['/servlet/x/account.json', '/index/account'],
    ],
    (t, stage, target) => staysClosed(t, stage, 'GET', target),
  )
  attack(
    'P-13',
    'a page by other methods',
    [
      ...['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'SEARCH', 'MOVE', 'LOCK', 'QUERY'],
      ...['get', 'Post', 'FOO'],
    ],
    (t, stage, method) => staysClosed(t, stage, method, '/account'),
  )
  attack(
    'P-13',
    'a method that stands for another one',
    {
      'POST for PUT and DELETE': ['POST', '/admin?_method=DELETE'],
      'what no server knows': ['PROPPATCH', '/admin'],
      'POST where another method is only watched': ['POST', '/keys'],
    },
    (t, stage, [method = '', target = '']) => staysClosed(t, stage, method, target),
  )
  attack(
    'E-11',
    'OPTIONS has no credentials',
    ['/account', '/account/keys', '/admin'],
    async (t, stage, target) => {
      const { world, op, cookie } = stage
      const preflight = ['Origin: https://app.example.com', 'Access-Control-Request-Method: POST']
      const secrets = [
        `${cookie}; sso=of-mallory`,
        'Authorization: Basic of-mallory',
        'X-Auth-Token: of-mallory',
      ]
      const answer = await send(world.publicUrl, {
        method: 'OPTIONS',
        target,
        headers: [...secrets, ...preflight],
      })
      t.equal(answer.status, 200)
      const { headers, rawHeaders } = op.requests.at(-1) ?? {}
      t.match(headers, { origin: 'https://app.example.com', 'access-control-request-method': 'POST' })
      t.notMatch(String(rawHeaders), /mallory|user-alice/)
    },
  )
  attack(
    'E-11',
    'somebody whom only the OP knows, not the probe',
    {
      'another cookie': ['Cookie: sso=of-mallory'],
      'another cookie beside an odd one': ['Cookie: _session_=x; sso=of-mallory'],
      'HTTP Basic': ['Authorization: Basic of-mallory'],
      Negotiate: ['Authorization: Negotiate of-mallory'],
      'a token': ['Authorization: Bearer of-mallory'],
      'a header of some vendor': ['X-Auth-Token: of-mallory', 'X-Api-Key: of-mallory', 'Token: of-mallory'],
      DPoP: ['Authorization: DPoP of-mallory', 'DPoP: of-mallory'],
    },
    async (t, { world, op }, headers) => {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const seen = op.requests.length
        const answer = await send(world.publicUrl, {
          method,
          target: '/account',
          headers: [...headers, ...navigation],
        })
        t.ok(answer.status === 403 || op.requests.length > seen, 'is answered', { answer: describe(answer) })
        t.notMatch(JSON.stringify(op.requests.slice(seen)), 'of-mallory', 'nothing of it arrives')
      }
    },
  )
  attack(
    'E-11',
    'a session or token in the URL',
    [
      ...[
        '/account;jsessionid=of-mallory',
        '/account/x;JSESSIONID=of-mallory',
        '/account?access_token=of-mallory',
      ],
      ...['/account?_session=of-mallory', '/account?_SESSION=of-mallory', '/account?%5fsession=of-mallory'],
      ...['/account?PHPSESSID=of-mallory', '/(S(of-mallory))/account', '/account?a=b;_session[]=of-mallory'],
    ],
    async (t, stage, target) => {
      const { world, op } = stage
      expectRefused(
        t,
        await send(world.publicUrl, { target, headers: navigation }),
        400,
        watchOp(op.requests),
      )
      if (target.includes('PHPSESSID')) return
      const seen = op.requests.length
      const browser = await openVerified(t, stage)
      const page = await browser.navigate(`${world.publicUrl}${target}`)
      t.equal(page.status, 400, 'nor beside the proof of another user')
      t.notMatch(JSON.stringify(op.requests.slice(seen)), 'of-mallory')
    },
  )
  attack(
    'E-11',
    'credentials of one user beside the proof of another',
    {
      'HTTP Basic': async () => 'Basic of-mallory',
      'a token that can not be read': async () => 'Bearer of-mallory',
      'her token': ({ op }) => bearer(op, { sub: 'user-alice' }),
      'her token, bound': async ({ op }) =>
        (await bearer(op, { sub: 'user-alice' })).replace('Bearer', 'DPoP'),
      'a token of nobody': ({ op }) => bearer(op, {}),
      'a token of a list': ({ op }) => bearer(op, { sub: ['user-bob'] as unknown as string }),
    } as Record<string, (stage: LenientStage) => Promise<string>>,
    async (t, stage, make) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const authorization = await make(stage)
      const seen = watchOp(op.requests)
      const page = await browser.navigate(`${world.publicUrl}/account`, { headers: { authorization } })
      t.match([page.status, page.text], [403, /sign in first/])
      t.same(seen.seen(), [])
      const own = await bearer(op, { sub: 'user-bob' })
      const his = await browser.navigate(`${world.publicUrl}/account`, { headers: { authorization: own } })
      t.match(his.text, /the page of the account/, 'his own go along')
    },
  )
  attack(
    'K-12',
    'a Cookie header in which some server reads another session',
    [
      ...['foo=_session=user-alice; _session=user-bob', '_session=user-bob; foo=_session=user-alice'],
      ...['_session=user-bob; x=1,_session=user-alice', 'x=1, _session=user-alice; _session=user-bob'],
      ...['my_session=user-alice; _session=user-bob', '_session=user-bob; .session=user-alice'],
      ...['_session=user-bob; %5Fsession=user-alice', '_session=user-bob; _SESSION=user-alice'],
      ...['_session[0]=user-alice; _session=user-bob', '\t_session =user-alice; _session=user-bob'],
      ...['[session=user-alice; _session=user-bob', '_session=user-bob; x="; _session=user-alice"'],
      ...[
        '$Version=1; _session=user-bob; x="_session=user-alice"',
        'x=a%3B%20_session%3Duser-alice; _session=user-bob',
      ],
      ...['_session=user-bob; x,_session=user-alice', '_session=user-bob,_session=user-alice'],
      ...[
        '_\u00ef\u00bd\u0093ession=user-alice; _session=user-bob',
        '_session=user-bob; _sess\u00c2\u00adion=user-alice',
      ],
      ...[
        '\u00c2\u00a0_session=user-alice; _session=user-bob',
        '_session=user-bob; _\u00f0\u009f\u0085\u00a2ession=user-alice',
      ],
      ...[
        '_session=user-bob; x=1 _session=user-alice',
        '_session=user-bob; x=_session = user-alice; _session=user-bob',
      ],
      ...[
        '_session=user-bob\r\nCookie: foo=_session=user-alice',
        '_session%00x=user-alice; _session=user-bob',
      ],
      ...[
        '=_session=user-alice; _session=user-bob',
        '_session=user-bob; _session',
        '_session=user-bob; x=%255Fsession=user-alice',
      ],
    ],
    async (t, stage, cookies) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      const seen = op.requests.length
      for (const method of ['GET', 'POST', 'HEAD']) {
        const headers = [`Cookie: theme=dark; ${cookies}; step-up=${own}`, ...navigation]
        const answer = await send(world.publicUrl, { method, target: '/account', headers })
        t.ok([200, 400].includes(answer.status), 'is served as the one who was proved, or refused', {
          answer: describe(answer),
        })
      }
      for (const { headers } of op.requests.slice(seen)) {
        t.match(headers.cookie, /^_session=user-bob(?:; theme=dark)?$/, 'the OP sees what was probed')
      }
    },
  )
  attack(
    'K-12',
    'what is plainly another cookie goes along',
    { 'of pages': 'theme=dark; csrf=aGVsbG8=; lang=c%3Den%7Cuic%3Den; q="ab"; _sessions=1; session=x' },
    async (t, stage, cookies) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      const headers = [`Cookie: ${cookies}; _session=user-bob; step-up=${own}`, ...navigation]
      const answer = await send(world.publicUrl, { target: '/account', headers })
      t.equal(answer.status, 200)
      t.equal(op.requests.at(-1)?.headers.cookie, `_session=user-bob; ${cookies}`)
    },
  )
  attack(
    'S-16',
    'a token or session in what is sent',
    {
      'a field': [form, 'a=b&access_token=of-mallory'],
      'its other spellings': [form, 'a=b&Access%5Ftoken=of-mallory'],
      'the session': [form, '_session=of-mallory&a=b'],
      'behind a semicolon': [form, 'a=b;_session[]=of-mallory'],
      'without a type': ['X-A: b', 'access_token=of-mallory'],
      'of text': ['Content-Type: text/plain', 'access_token=of-mallory'],
      'in another charset': [`${form}; charset=utf-16`, 'a=of-mallory'],
      'in a coding': [`${form}\r\nContent-Encoding: gzip`, 'of-mallory'],
      'in JSON': ['Content-Type: application/json', '{"access_token":"of-mallory"}'],
      'in a part': [
        'Content-Type: multipart/form-data; boundary=b',
        '--b\r\nContent-Disposition: form-data; name="access_token"\r\n\r\nof-mallory\r\n--b--',
      ],
      'in very many fields': [form, `${'a&'.repeat(1001)}of-mallory`],
    } as Record<string, readonly [string, string]>,
    async (t, stage, [type, body]) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      for (const method of ['POST', 'PUT', 'GET']) {
        const seen = watchOp(op.requests)
        const headers = [`Cookie: _session=user-bob; step-up=${own}`, type, ...navigation]
        expectRefused(
          t,
          await send(world.publicUrl, { method, target: '/account', headers, body }),
          400,
          seen,
        )
      }
    },
  )
  attack(
    'S-16',
    'a header by which the OP could know somebody else',
    [
      ...[
        'X-Auth-Token',
        'X-Api-Key',
        'Token',
        'X-Session',
        'X-Session-Id',
        'X-Access-Token',
        'Session',
        'X-User-Id',
      ],
      ...[
        'X-Cert',
        'X-Certificate',
        'Certificate',
        'X-Mutual-Tls-Cert',
        'X-Jwt-Assertion',
        'X-Saml-Assertion',
        'Cookie2',
      ],
    ],
    async (t, stage, name) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      const headers = [
        `Cookie: _session=user-bob; step-up=${own}`,
        `${name}: of-mallory`,
        'X-CSRF-Token: kept',
        ...navigation,
      ]
      t.equal((await send(world.publicUrl, { target: '/account', headers })).status, 200)
      const { headers: arrived, rawHeaders } = op.requests.at(-1) ?? {}
      t.notMatch(String(rawHeaders), 'of-mallory')
      t.match(arrived, { 'x-csrf-token': 'kept', cookie: '_session=user-bob' })
    },
  )
  attack(
    'S-14',
    'somebody else signs in to the same session before the answer comes',
    {
      'another user': { sub: 'user-alice', sid: 'sid of user-bob' },
      'another user and session': { sub: 'user-alice' },
      'the same user, in another session': { sub: 'user-bob', sid: 'another' },
      'the same user, signed in anew': { sub: 'user-bob', sid: 'sid of user-bob', auth_time: 1_790_000_001 },
      nobody: undefined,
      'the OP does not say': 'error',
    } as Record<string, Record<string, unknown> | 'error' | undefined>,
    async (t, stage, then) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      const answers = [
        ...[200, 404, 500, 206, 401].map((status) => [status, {}] as const),
        ...[302, 303].map((status) => [status, { location: '/of-alice' }] as const),
        [200, { 'set-cookie': 'theme=light' }] as const,
      ]
      const plain = op.answer
      for (const method of ['GET', 'POST', 'HEAD']) {
        for (const [status, more] of answers) {
          op.onProbe = undefined
          op.answer = (_request, response) => {
            if (typeof then === 'object') answerProbesWith(op, world.publicUrl, then)
            else op.onProbe = (asked, response) => endProbe(asked.url, response, then === 'error' ? 500 : 303)
            response.writeHead(status, { 'content-type': 'text/html', 'x-of': 'alice', ...more })
            response.end(method === 'HEAD' ? undefined : '<p>the page of alice')
          }
          const headers = [`Cookie: _session=user-bob; step-up=${own}`, ...navigation]
          const answer = await send(world.publicUrl, { method, target: '/account', headers })
          t.equal(answer.status, 403, `${method} ${status} is dropped`, { answer: describe(answer) })
          t.notMatch(answer.wire, /of alice|of-alice|x-of/i)
        }
      }
      op.onProbe = undefined
      op.answer = plain
    },
  )
  attack(
    'S-15',
    'what the answer itself does to the session of its user',
    {
      'renews it': {
        cookie: '_session=renewed',
        after: { sub: 'user-bob', sid: 'another' },
        statuses: [200, 302],
      },
      'ends it, and leads on': { cookie: '_session=; Max-Age=0', after: undefined, statuses: [302] },
      'nothing: not modified': { after: 'error', statuses: [304] },
    } as Record<string, { cookie?: string; after: unknown; statuses: number[] }>,
    async (t, stage, { cookie, after, statuses }) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const own = await browser.cookie(world.publicUrl, 'step-up')
      const plain = op.answer
      for (const status of statuses) {
        op.onProbe = undefined
        op.answer = (_request, response) => {
          if (typeof after === 'object') answerProbesWith(op, world.publicUrl, { ...after })
          else op.onProbe = (asked, response) => endProbe(asked.url, response, after === 'error' ? 500 : 303)
          const location = status === 302 && { location: '/done' }
          response
            .writeHead(status, { ...location, ...(cookie !== undefined && { 'set-cookie': cookie }) })
            .end()
        }
        const headers = [`Cookie: _session=user-bob; step-up=${own}`, ...navigation]
        const answer = await send(world.publicUrl, { target: '/account', headers })
        t.match([answer.status, answer.headers['set-cookie']], [status, cookie])
      }
      op.onProbe = undefined
      op.answer = plain
    },
  )
  attack(
    'S-05',
    'a proof is of one user, session and browser',
    { 'another user': 'user', 'another browser': 'browser', 'a cookie that was tossed in': 'tossed' },
    async (t, stage, how) => {
      const { world, op } = stage
      const browser = await openVerified(t, stage)
      const cookie = await browser.cookie(world.publicUrl, 'step-up')
      const cookies = {
        user: `_session=user-alice; step-up=${cookie}`,
        browser: `_session=user-bob; step-up=${'x'.repeat(43)}`,
        tossed: `_session=user-bob; step-up=${cookie}; step-up=${'x'.repeat(43)}`,
      }
      const seen = watchOp(op.requests)
      const headers = [`Cookie: ${cookies[how as keyof typeof cookies]}`, ...navigation]
      const answer = await send(world.publicUrl, { target: '/account', headers })
      t.match(answer.headers['location'], /^\/step-up\/challenge\//)
      t.same(seen.seen(), [])
    },
  )
  attack(
    'T-01',
    'who has no authenticator enrols one, and can not put it off',
    ['/account'],
    async (t, stage, target) => {
      const { world, op } = stage
      const { control } = world.authsignal
      control.unenrol('user-carol')
      const browser = await open(t, stage, 'user-carol')
      const seen = watchOp(op.requests)
      const asked = await browser.navigate(`${world.publicUrl}${target}`)
      t.notMatch(asked.text, /Not now/)
      const { headers } = await browser.get(`${world.publicUrl}${target}`)
      const id = /challenge\/([\w-]+)/.exec(String(headers['location']))?.[1]
      t.match(await browser.get(`${world.publicUrl}/step-up/skip/${id}`), { status: 410 })
      t.same(seen.seen(), [])
    },
  )
  attack(
    'K-10',
    'frames, scripts and prefetches get no page',
    {
      frame: ['Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'],
      script: ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty'],
      prefetch: [...navigation, 'Sec-Purpose: prefetch'],
    },
    async (t, { world, op, cookie }, headers) => {
      const opened = world.audit('step_up').length
      for (const method of ['GET', 'POST']) {
        const request = { method, target: '/account', headers: [cookie, ...headers] }
        expectRefused(t, await send(world.publicUrl, request), 403, watchOp(op.requests))
      }
      t.equal(world.audit('step_up').length, opened, 'and no step-up is opened')
    },
  )
  attack(
    'O-03',
    'the way back to a page that was sent from',
    ['//evil.example/x', '/\\evil.example/x', '///evil.example'],
    async (t, stage, path) => {
      const { world } = stage
      const browser = await open(t, stage, 'user-dora')
      const origin = world.publicUrl
      const headers = { referer: `${origin}${path}` }
      const page = await browser.post(`${origin}/account`, { a: 'b' }, { from: `${origin}/form`, headers })
      t.equal(page.status, 403)
      t.equal(page.headers['x-frame-options'] ?? 'DENY', 'DENY')
      t.match(page.headers['content-security-policy'], /frame-ancestors 'none'/)
      const verified = await passChallenge(
        world,
        browser,
        await browser.click(page, 'Continue to verification'),
        'user-dora',
      )
      t.match(verified.text, /again/)
      t.notMatch(verified.body, 'evil.example')
      world.clock.advance(11 * 60_000)
    },
  )
})

async function bearer(op: LenientStage['op'], claims: { sub?: string }): Promise<string> {
  return `Bearer ${await op.signIdToken({ aud: 'account', ...claims })}`
}

/** Ends a probe without a user. */
function endProbe(url: string, response: ServerResponse, status: number): true {
  const asked = new URL(url, 'http://op.example').searchParams
  const answer = new URLSearchParams({ error: 'login_required', state: asked.get('state') ?? '' })
  if (status === 303) response.setHeader('location', `${asked.get('redirect_uri')}?${answer}`)
  response.writeHead(status).end()
  return true
}
