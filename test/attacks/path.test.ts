import type { Test } from 'tap'
import {
  describe,
  expectAlive,
  expectGuarded,
  expectNoArtefact,
  expectRefused,
  watchOp,
} from './frame/expect.ts'
import { type LenientStage, onLenientStage } from './frame/lenient-stage.ts'
import { authorizeQuery, onRealStage, type RealStage } from './frame/real-stage.ts'
import { runAttacks } from './frame/run-attacks.ts'
import { type Answer, exchange, form, navigation, send, writeRequest } from './frame/wire.ts'

const stolen = 'grant_type=authorization_code&code=stolen&client_id=web'

/** A browser in which alice is signed in asks for a path, as if it were the authorization endpoint. */
function askAs({ world, cookie }: LenientStage, target: string, method = 'GET'): Promise<Answer> {
  const query = authorizeQuery(world.web)
  const [path = '', own] = target.split('?')
  return send(world.publicUrl, {
    method,
    target: `${path}?${own === undefined ? '' : `${own}&`}${query}`,
    headers: [cookie, ...navigation],
  })
}

/** A client asks for tokens at a path. */
function redeemAt({ world }: LenientStage, target: string): Promise<Answer> {
  return send(world.publicUrl, { method: 'POST', target, headers: [form], body: stolen })
}

/** A path that an OP could take for one of the two endpoints gives nothing, whichever it takes it for. */
async function holdsAtPath(t: Test, stage: LenientStage, path: string): Promise<void> {
  const op = watchOp(stage.op.requests)
  expectGuarded(t, await askAs(stage, path), op)
  const token = path.replace(/authorize|%61uthorize/i, (word) => (word === 'AUTHORIZE' ? 'TOKEN' : 'token'))
  if (token !== path) expectRefused(t, await redeemAt(stage, token), [400, 404], watchOp(stage.op.requests))
}

/** The path is refused; the OP never sees it. */
async function isDenied(t: Test, stage: LenientStage, path: string): Promise<void> {
  const op = watchOp(stage.op.requests)
  expectRefused(t, await askAs(stage, path), [400, 404], op)
  const token = path.replace(/authorize/i, 'token')
  if (token !== path) expectRefused(t, await redeemAt(stage, token), [400, 404], op)
}

const alsoListed = { provider: { tokenPaths: ['/oauth/token'] } }

runAttacks('an OP that reads paths as leniently as can be', onLenientStage(alsoListed), (attack) => {
  attack(
    'P-01',
    'dot segments and backslashes before the authorization endpoint',
    [
      '/connect/authorize',
      '/connect/./authorize',
      '/connect/%2e/authorize',
      '/connect/%2E/authorize',
      '/connect/%252e/authorize',
      '/./connect/authorize',
      '/connect\\authorize',
      '/connect/.\\authorize',
      '/connect/authorize/.',
      '/connect/authorize/..',
      '/connect/x/../authorize',
      '/connect/x/%2e%2e/authorize',
      '/connect/x/.%2e/authorize',
      '/connect/x/..%2fauthorize',
      '/x/..\\connect/authorize',
      '/step-up/../connect/authorize',
      '/step-up/probe/%2e%2e/%2e%2e/connect/authorize',
      '/connect/authorize/%2e',
      '/connect/\u00e3\u0080\u0082/authorize',
    ],
    holdsAtPath,
  )
  attack(
    'P-02',
    'case',
    [
      '/Connect/authorize',
      '/CONNECT/AUTHORIZE',
      '/connect/Authorize',
      '/connect/authoriZe',
      '/connect/%41uthorize',
      '/Connect/%41UTHORIZE',
    ],
    holdsAtPath,
  )
  attack(
    'P-03',
    'slashes at the end and doubled ones',
    [
      '/connect/authorize/',
      '/connect/authorize//',
      '/connect//authorize',
      '//connect/authorize',
      '///connect///authorize',
      '/connect/%2fauthorize',
      '/connect/authorize%2f',
      '/connect/authorize/?x=1',
    ],
    holdsAtPath,
  )
  attack(
    'P-04',
    'encoded separators and letters',
    [
      '/connect%2Fauthorize',
      '/connect%2fauthorize',
      '/connect%5Cauthorize',
      '/connect%252Fauthorize',
      '/connect%25252Fauthorize',
      '/connect/%61uthorize',
      '/connect/%2561uthorize',
      '/connect/%252561uthorize',
      '/connect/%u0061uthorize',
      '/connect%u2215authorize',
      '/connect%e2%88%95authorize',
      '/connect%c0%afauthorize',
    ],
    isDenied,
  )
  attack(
    'P-05',
    'path parameters',
    [
      '/connect;x=1/authorize',
      '/connect/authorize;jsessionid=1',
      '/x\\..;/connect/authorize',
      '/connect/.;x/authorize',
      '/connect/..;/connect/authorize',
      '/connect/x/..;x=1/authorize',
      '/;a/connect;b/authorize;c',
      '/connect/authorize%3bjsessionid=1',
      '/connect/authorize%3Bx',
      '/connect/;/authorize',
      '/connect/(S(abc))/authorize',
      '/(S(abc))/connect/authorize',
    ],
    isDenied,
  )
  attack(
    'P-08',
    'bytes that servers cut, drop or fold',
    [
      '/connect/authorize%00',
      '/connect/authorize%00.css',
      '/connect/auth%00orize',
      '/connect/authorize%0a',
      '/connect/authorize%0d%0a',
      '/connect/authorize%20',
      '/connect/%20authorize',
      '/connect/authorize%09',
      '/connect/authorize+',
      '/connect/authorize.',
      '/connect/authorize..',
      '/connect/authorize%2e',
      '/connect./authorize',
      '/connect/authorize%e2%80%8b',
      '/connect/authorize%cc%81',
      '/connect/au%c5%bftor%c4%b1ze/../authorize',
      '/connect/%ef%bd%81uthorize',
      '/connect/authori%ef%bd%9ae',
      '/connect/\u00ef\u00bd\u0081uthorize',
      '/connect/%c1%a1uthorize',
      '/connect/%e0%81%a1uthorize',
      '/connect/%ed%a0%80authorize',
      '/connect/%ffauthorize',
      '/connect/authorize%ff',
      '/connect/\u0001authorize',
      '/connect/to%e2%84%aaen',
      '/connect/to%E2%84%AAen/x',
    ],
    async (t, stage, path) => {
      const op = watchOp(stage.op.requests)
      expectRefused(t, await askAs(stage, path), [400, 404], op)
      expectRefused(t, await redeemAt(stage, path.replace('authorize', 'token')), [400, 404], op)
    },
  )
  attack(
    'P-09',
    'an encoded question mark or number sign in the path',
    [
      '/connect/authorize%3Fclient_id=web',
      '/connect/authorize%3f',
      '/connect/authorize%23',
      '/connect/authorize%23x',
      '/connect/authorize%253Fa',
      '/connect/authorize#x',
    ],
    isDenied,
  )
  attack(
    'P-10',
    'targets that could make the policy throw',
    {
      'a lone percent sign': '/%',
      'no hexadecimal digits': '/%zz',
      'a percent sign at the end': '/connect/authorize%',
      'half an escape': '/connect/authorize%6',
      '16 KiB of escapes': `/${'%25'.repeat(5000)}`,
      '15 KiB of dots': `/${'.'.repeat(15_000)}`,
      '15 KiB of slashes': '/'.repeat(15_000),
      'escaped over and over': `/connect/%${'25'.repeat(3000)}61uthorize`,
      'deep path parameters': `/${';('.repeat(5000)}`,
    },
    async (t, stage, target) => {
      const op = watchOp(stage.op.requests)
      const headers = [stage.cookie, ...navigation]
      const answer = await send(stage.world.publicUrl, { target, headers })
      expectNoArtefact(t, answer)
      // What is well-formed may pass, however odd: then its answer was inspected.
      if (answer.status === 303) t.match(answer.headers['location'], /^\/step-up\/challenge\//)
      else expectRefused(t, answer, [400, 404, 414, 431], op)
      await expectAlive(t, stage.world)
    },
  )
  attack(
    'P-11',
    'endpoints that nobody named',
    [
      '/realms/other/protocol/openid-connect/auth',
      '/oauth2/default/v1/authorize',
      '/base/connect/authorize',
      '/authorize',
      '/oauth/authorize',
      '/connect/authorize/callback',
      '/connect/authorize/abc/resume',
      '/login',
      '/',
    ],
    async (t, stage, path) => {
      const answer = await askAs(stage, path)
      t.equal(answer.status, 303)
      t.match(answer.headers['location'], /^\/step-up\/challenge\//, 'the answer is held all the same')
      expectNoArtefact(t, answer)
    },
  )
  attack(
    'P-11',
    'a second token endpoint that the operator has listed',
    [
      '/oauth/token',
      '/OAuth/Token',
      '/oauth/token/',
      '/oauth/token;x',
      '/oauth/./token',
      '/oauth/token/more',
    ],
    async (t, stage, path) => {
      expectRefused(t, await redeemAt(stage, path), [400, 404], watchOp(stage.op.requests))
    },
  )
  attack(
    'P-12',
    "the gateway's own prefix in another spelling",
    [
      '/STEP-UP/return/x/y',
      '/Step-Up/challenge/x',
      '/step-up%2freturn/x/y',
      '/step-up%2Fprobe',
      '/step-up;x/return/x/y',
      '/step-up//return/x/y',
      '//step-up/return/x/y',
      '/step%2Dup/return/x/y',
      '/./step-up/return/x/y',
      '/step-up/./return/x/y',
      '/step-up\\return\\x',
      '/step-up/unknown',
      '/step-up/probe',
      '/step-up',
      '/step-up/',
      '/step-up/return/x',
      '/step-up/return/x/y/z',
      '/step-up/return/%78/y%00',
      '/step-up/challenge/../../connect/authorize',
      '/x/%2e%2e/step-up/return/x/y',
      '/\u00ef\u00bd\u0093tep-up/return/x/y',
    ],
    async (t, stage, path) => {
      const op = watchOp(stage.op.requests)
      const target = `${path}?token=canary-result-token`
      stage.secrets.add('canary-result-token')
      const answer = await send(stage.world.publicUrl, { target, headers: [stage.cookie, ...navigation] })
      expectRefused(t, answer, [400, 403, 404, 410], op)
      t.notMatch(answer.wire, 'canary-result-token', 'its token is not repeated')
    },
  )
  attack(
    'P-13',
    'methods and what overrides them',
    {
      HEAD: { method: 'HEAD', held: [303] },
      POST: { method: 'POST', headers: [form], body: '', held: [200] },
      PUT: { method: 'PUT', held: [405] },
      DELETE: { method: 'DELETE', held: [405] },
      PATCH: { method: 'PATCH', held: [405] },
      TRACE: { method: 'TRACE', held: [400, 404, 405] },
      QUERY: { method: 'QUERY', held: [400, 404, 405] },
      PROPFIND: { method: 'PROPFIND', held: [400, 404, 405] },
      'lower-case get': { method: 'get', held: [400, 404, 405] },
      'mixed-case Post': { method: 'Post', held: [400, 404, 405] },
      'an unknown method': { method: 'ATTACK', held: [400, 404, 405] },
    },
    async (t, stage, { method, held, ...more }: { method: string; held: number[]; headers?: string[] }) => {
      const target = `/connect/authorize?${authorizeQuery(stage.world.web)}`
      // As a lenient OP: whatever the method, the answer is a code.
      stage.op.answer = (_request, response) => {
        const location = `${stage.world.web.redirectUri}?code=canary-code-8c1f&state=the-state`
        response.writeHead(303, { location }).end()
      }
      const headers = [stage.cookie, ...navigation, ...(more.headers ?? [])]
      const answer = await send(stage.world.publicUrl, { ...more, method, target, headers })
      stage.beLenient()
      t.ok([303, ...held].includes(answer.status), 'the same decision, or a refusal', {
        answer: describe(answer),
      })
      expectNoArtefact(t, answer)
      const token = await send(stage.world.publicUrl, {
        ...more,
        method,
        target: '/connect/token',
        headers: [form],
        body: stolen,
      })
      expectNoArtefact(t, token)
    },
  )
  attack(
    'P-13',
    'headers and parameters that name another method',
    {
      'X-HTTP-Method-Override': { header: 'X-HTTP-Method-Override: POST' },
      'X-HTTP-Method': { header: 'X-HTTP-Method: POST' },
      'X-Method-Override': { header: 'X-Method-Override: POST' },
      'an underscore': { header: 'X_HTTP_Method_Override: POST' },
      _method: { query: '&_method=POST' },
    },
    async (t, stage, { header, query = '' }: { header?: string; query?: string }) => {
      const op = watchOp(stage.op.requests)
      const target = `/anything?x=1${query}`
      await send(stage.world.publicUrl, { target, headers: header === undefined ? [] : [header] })
      const [request] = stage.op.requests.slice(-1)
      t.same(op.seen(), ['GET /anything'])
      t.notOk(
        Object.keys(request?.headers ?? {}).some((name) => /method/i.test(name)),
        'no override header arrives',
      )
      // A parameter of that name is the OP's own affair at its own forms; the answer is inspected whatever it does.
      const answer = await askAs(stage, `/connect/authorize?x=1${query}`)
      expectGuarded(t, answer, watchOp(stage.op.requests))
    },
  )
})

const closing = { provider: { tokenPaths: ['/portal/index.psgi/oidc/token'], closedPaths: ['/admin'] } }

runAttacks('an OP that hands what follows a name to one program', onLenientStage(closing), (attack) => {
  const below = (names: readonly string[]) =>
    names.flatMap((name) =>
      ['connect/token', 'connect/par', 'admin', 'step-up/x'].map((path) => `${name}/${path}`),
    )
  const isDenied = async (t: Test, stage: LenientStage, target: string) => {
    const { world, op, cookie } = stage
    for (const method of ['GET', 'POST']) {
      const seen = watchOp(op.requests)
      const sent = method === 'POST' ? { headers: [cookie, form], body: stolen } : { headers: [cookie] }
      expectRefused(t, await send(world.publicUrl, { method, target, ...sent }), [400, 404], seen)
    }
  }
  attack(
    'P-14',
    'a script, wherever it seems to be',
    below([
      ...['/x.psgi', '/a/x.psgi', '/a/index.php', '/a/b/c/d/index.php', '/a/x.fcgi', '/a/b.php/c.php'],
      ...[
        '/a/x.aspx',
        '/a/x.ashx',
        '/a/x.jsp',
        '/a/x.do',
        '/a/x.cfm',
        '/a/x.py',
        '/a/x.lua',
        '/a/x.pm',
        '/a/x.phar',
      ],
      ...['/a/x.html', '/a/x.nsf', '/a/x.dll', '/a/x.php8', '/a/x.php.en', '/a/.psgi'],
    ]),
    isDenied,
  )
  attack(
    'P-14',
    'a script by another name than the one that is listed',
    ['/a/x.psgi/oidc/token', '/x.psgi/oidc/token', '/portal/other.psgi/oidc/token', '/portal/oidc/token'],
    isDenied,
  )
  attack(
    'P-15',
    'a folder or a user that is given what follows',
    below([
      ...[
        '/cgi-bin/x',
        '/cgi-bin',
        '/cgi-bin/a/b',
        '/a/cgi-bin/x',
        '/fcgi-bin/x',
        '/servlet/x',
        '/plugins/servlet/x',
      ],
      ...['/~lemon', '/a/~lemon', '/index', '/faces', '/php-cgi/x', '/pls/dad'],
    ]),
    isDenied,
  )
  attack(
    'P-16',
    'its other spellings',
    below([
      ...[
        '/a/x.PSGI',
        '/a/x.psg%69',
        '/a/x%2epsgi',
        '/a/x.psgi;a=b',
        '/a/x.psgi%3Ba',
        '/a/x.psgi.',
        '/a/x.psgi%20',
      ],
      ...[
        '/a/x.psgi+',
        '/a/x.psgi::$DATA',
        '/a/x.psgi%3a%3a$data',
        '/a/x.%70sgi%2f',
        '/a//x.psgi//',
        '/a/x.\u00ef\u00bd\u0090sgi',
      ],
      ...[
        '/a/%7Elemon',
        '/a/%257elemon',
        '/CGI-BIN/x',
        '/cgi%2dbin/x',
        '/a/x.psgi%00',
        '/a/./x.psgi',
        '/a\\x.psgi',
      ],
    ]),
    isDenied,
  )
  attack(
    'P-17',
    'what is none of it stays open',
    [
      ...[
        '/js/app.js/connect/token',
        '/a/x.psgi',
        '/a/x.psgi/login',
        '/cgi-bin/oidc',
        '/~lemon/login',
        '/index.php',
      ],
      ...[
        '/connect/authorize/callback',
        '/realms/b/protocol/openid-connect/token',
        '/contoso.com/connect/token',
      ],
      ...[
        '/resources/k1/login/base/css/login.css',
        '/auth/abc',
        '/static/common/js/portal.min.js',
        '/v1.0/token',
      ],
    ],
    async (t, { world, op, cookie }, target) => {
      const seen = watchOp(op.requests)
      await send(world.publicUrl, { target, headers: [cookie, ...navigation] })
      t.same(seen.seen(), [`GET ${target}`])
    },
  )
  attack(
    'P-14',
    'an authorization endpoint behind a script has no limits of its own',
    [
      '/a/x.psgi/connect/authorize',
      '/x.php/connect/authorize',
      '/cgi-bin/x/connect/authorize',
      '/~a/connect/authorize',
    ],
    async (t, stage, path) => {
      expectRefused(t, await askAs(stage, path), 400, watchOp(stage.op.requests))
      expectRefused(t, await askAs(stage, path, 'POST'), 400, watchOp(stage.op.requests))
    },
  )
})

runAttacks('the real OP', onRealStage(), (attack) => {
  const ask = async (stage: RealStage, target: string): Promise<Answer> => {
    const headers = [`Cookie: ${await stage.cookiesOf('alice')}`, ...navigation]
    return send(stage.world.publicUrl, { target, headers })
  }
  attack(
    'P-01',
    'as P-01 to P-03, where a plain request is answered with a challenge',
    [
      '/connect/authorize',
      '/connect/./authorize',
      '/connect/%2e/authorize',
      '/Connect/AUTHORIZE',
      '/connect/authorize/',
      '/connect//authorize',
      '/connect/%61uthorize',
    ],
    async (t, stage, path) => {
      await stage.cookiesOf('alice')
      const op = watchOp(stage.world.op.requests)
      const answer = await ask(stage, `${path}?${authorizeQuery(stage.world.web)}`)
      expectGuarded(t, answer, op)
      if (path === '/connect/authorize') t.equal(answer.status, 303, 'the session and the request are good')
      // For a client that is not protected the plain path gives a code: what is refused is the way around.
      if (path !== '/connect/authorize') return
      const other = await ask(stage, `${path}?${authorizeQuery(stage.world.other)}`)
      t.match(other.headers['location'], /[?&]code=/, 'a client that is not protected gets its code')
    },
  )
  attack(
    'P-07',
    'other forms of the request target',
    {
      'absolute-form of another host': 'http://evil.example/connect/authorize',
      'absolute-form of the own host': 'own',
      'absolute-form of https': 'https://evil.example/connect/authorize',
      'authority-form': 'evil.example:443',
      asterisk: '*',
      'no slash at the beginning': 'connect/authorize',
      'a question mark at the beginning': '?client_id=web',
      'two slashes and a host': '//evil.example/connect/authorize',
      'a user name': '@evil.example/connect/authorize',
      'a fragment': '/connect/authorize#',
    },
    async (t, stage, form) => {
      const cookie = await stage.cookiesOf('alice')
      const { world } = stage
      const op = watchOp(world.op.requests)
      const target = form === 'own' ? `${world.publicUrl}/connect/authorize` : form
      const query = `?${authorizeQuery(world.web)}`
      for (const [method, suffix] of [
        ['GET', query],
        ['GET', ''],
        ['OPTIONS', ''],
        ['POST', ''],
      ] as const) {
        const headers = [`Cookie: ${cookie}`, ...navigation]
        const bytes = writeRequest(world.publicUrl, { method, target: `${target}${suffix}`, headers })
        const answer = await exchange(world.publicUrl, bytes)
        if (target.startsWith('//')) t.ok(answer.status < 500)
        else t.ok([400, 404].includes(answer.status), 'is refused', { answer: describe(answer) })
        expectNoArtefact(t, answer)
      }
      if (!target.startsWith('//')) t.same(op.seen(), [], 'nothing reaches the OP')
    },
  )
})
