import t from 'tap'
import {
  classifyTarget,
  createClassifyTarget,
  type EndpointKind,
  guardPaths,
  isAtAuthorization,
} from '../../src/http/endpoints.ts'
import { parseTarget } from '../../src/http/target.ts'
import { workMs } from '../lab/work-ms.ts'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

const guarded = guardPaths(
  {
    authorization: ['/connect/authorize', '/connect/authorize/again', '/Connect/Signin', '/auth'],
    token: ['/connect/token', '/token', '/script/token.php', '/simplesaml/module.php/oidc/token'],
    pushed_authorization: ['/connect/par'],
    device_authorization: ['/connect/device-auth'],
    backchannel_authentication: ['/connect/ciba'],
    closed: ['/admin', '/connect/register', '/connect/ciba/legacy'],
  },
  '/step-up',
  ['/token/introspection', '/token', '/userinfo'],
)
const classify = (raw: string) => classifyTarget(parseTarget(raw), guarded)

const classified: [raw: string, kind: EndpointKind][] = [
  ['/connect/authorize?client_id=web', 'authorization'],
  ['/connect/authorize/again', 'authorization'],
  ['/Connect/Signin', 'authorization'],
  ['/auth', 'authorization'],
  ['/connect/token', 'token'],
  ['/token', 'token'],
  ['/script/token.php', 'token'],
  ['/simplesaml/module.php/oidc/token', 'token'],
  ['/connect/par', 'pushed_authorization'],
  ['/connect/device-auth', 'device_authorization'],
  ['/connect/ciba', 'backchannel_authentication'],
  ['/step-up', 'own'],
  ['/step-up/return/Ab_1-/x~y?token=z', 'own'],
  ['/step-up/assets/page.css', 'own'],
  ['/', 'open'],
  ['//', 'open'],
  ['/connect', 'open'],
  ['/connect/authorize/callback?client_id=web', 'open'],
  ['/connect/authorize/a;jsessionid=1', 'open'],
  ['/auth/3sUf_-x', 'open'],
  ['/auth.js', 'open'],
  ['/token/introspection', 'open'],
  ['/userinfo', 'open'],
  ['/authorize', 'open'],
  ['/tokens', 'open'],
  ['/connect/token-help', 'open'],
  ['/script/tokens.php/x', 'open'],
  ['/login;jsessionid=0A', 'open'],
  ['/static//app.css', 'open'],
  ['/static/app.css', 'open'],
  ['/api/token', 'open'],
  ['/step-upgrade', 'open'],
  ['/administrator', 'open'],
  ['/realms/other/protocol/openid-connect/auth', 'open'],
  ['/js/app.js/connect/token', 'open'],
  ['/a/x.php', 'open'],
  ['/a/x.php/', 'open'],
  ['/a/x.php/login', 'open'],
  ['/a/x.php/connect/authorize/callback', 'open'],
  ['/connect/authorize/x.php', 'open'],
  ['/oidc/token', 'open'],
  ['/cgi-bin/oidc', 'open'],
  ['/~lemon/login', 'open'],
  ['/v1.0/token', 'open'],
  ['/contoso.com/connect/token', 'open'],
  ['/realms/b.c/protocol/openid-connect/token', 'open'],
  ['/urn:a:b', 'open'],
  ['/constructor/__proto__/toString', 'open'],
  ['/__proto__', 'open'],
]

for (const [raw, kind] of classified) {
  t.test(`takes ${raw} for ${kind}`, async (t) => t.equal(classify(raw), kind))
}

const ambiguous: [title: string, ...targets: string[]][] = [
  [
    'P-02 case',
    '/Connect/AUTHORIZE',
    '/TOKEN',
    '/connect/signin',
    '/CONNECT/par',
    '/connect/authorize/Again',
  ],
  ['P-02 case above a resume URL', '/Connect/authorize/callback'],
  ['P-03 slashes', '/connect/authorize/', '/connect//token', '//connect/authorize', '/auth//', '//token'],
  ['P-04 escaped separators', '/connect%2Fauthorize', '/connect%5Ctoken', '/connect%252Ftoken'],
  ['P-04 escaped letters', '/connect/%61uthorize', '/connect/%2561uthorize', '/tok%65n'],
  ['P-05 matrix parameters', '/connect;x=1/authorize', '/auth;jsessionid=1', '/token;x'],
  ['P-05 a parameter that ends the path', '/token;/introspection', '/token;x/y', '/auth;x/y'],
  [
    'P-08 spaces and dots',
    '/token%20',
    '/token.',
    '/connect/authorize%20',
    '/token%20x',
    '/connect%20/token',
  ],
  ['P-08 case folds', '/to%E2%84%AAen', '/conn%C3%A9ct/token', '/auth%EF%BC%8F'],
  ['P-08 full-width letters', '/connect/%EF%BD%81uthorize', latin1('/ｔoken')],
  ['P-08 letters in circles', '/%F0%9F%85%A3oken'],
  ['P-08 a combining letter', '/%CD%ADoken'],
  ['P-08 what counts as nothing', '/to%D9%80ken'],
  ['P-08 bytes that decoders drop', '/tok%BFen', '/tok%E9en', '/to%E9xxken', '/to%C3xken', '/to%F1xxxken'],
  ['P-09 escaped ends', '/auth%3Fclient_id=x', '/token%23x', '/token%3f/x'],
  ['P-11 what is below a token endpoint', '/connect/token/x', '/script/token.php/x', '/connect/par/x'],
  ['P-11 below an open path', '/token/introspection/x', '/token/Introspection'],
  ['P-11 a format suffix', '/connect/token.json', '/token.x', '/token.json/', '/connect/ciba.xml'],
  ['P-11 front controllers', '/index.php/token', '/index.psgi/connect/token', '/script/index.php/token.php'],
  ['P-11 scripts without their names', '/script/token', '/simplesaml/oidc/token', '/token.php/x'],
  ['P-11 sessions in the path', '/(S(abc))/connect/token', '/connect/(A(b)F(c))/authorize'],
  [
    'P-14 a script below a folder',
    ...[
      '/a/x.psgi/connect/token',
      '/a/index.php/token',
      '/a/b/c/x.fcgi/connect/par',
      '/a/x.PHP7/connect/token',
    ],
    ...[
      '/a/x.jsp;a=b/connect/token',
      '/a/x.php./connect/token',
      '/a/x.php%20/connect/token',
      '/a/.php/token',
    ],
    ...[
      '/a/x.%70hp/connect/token',
      '/a/x.php%2fconnect/token',
      '/a/x.php::$DATA/connect/token',
      '/a/x.php.en/token',
    ],
    ...[
      '/a/x.aspx/connect/token',
      '/a/b.cfm/connect/y.php/token',
      '/a/x.html/token',
      '/a/x.php/connect/authorize',
    ],
    ...[
      '/x.php/connect/authorize',
      '/a/x.php/y.php/connect/token/',
      '/a/x.php/connect/token.json',
      '/x.lua/connect/token/x',
    ],
  ],
  [
    'P-14 folders and users that are given what follows',
    ...['/cgi-bin/oidc/connect/token', '/FCGI-bin/a/b/c/connect/token', '/cgi-bin/token', '/servlet/x/token'],
    ...[
      '/x/cgi/y/connect/ciba',
      '/~lemon/connect/token',
      '/%7Elemon/token',
      '/index/connect/token',
      '/faces/token',
    ],
  ],
  [
    'P-14 another name for a script that is listed',
    ...[
      '/a/b.php/oidc/token',
      '/module.php/oidc/token',
      '/x.php/oidc/token/x',
      '/simplesaml/other.php/oidc/token',
    ],
  ],
  [
    'P-14 streams of NTFS',
    '/token::$DATA',
    '/connect::$INDEX_ALLOCATION/token',
    '/token:$i30:$INDEX_ALLOCATION',
  ],
  ['P-14 a script below a folder leads to our own', '/a/x.php/step-up/return/x', '/cgi-bin/x/step-up'],
  [
    'P-12 the own prefix',
    '/STEP-UP/return/x',
    '/step-up%2freturn/x',
    '/step-up/',
    '/step-up//x',
    '/step-up;x',
  ],
  ['P-12 the own prefix in disguise', '/%73tep-up/x', '/step-up/return%2fx', '/step-up.json', '//step-up'],
  ['P-12 the own prefix behind a session', '/step-up/(S(a))/x', '/(S(a))/step-up/x'],
]

for (const [title, ...targets] of ambiguous) {
  t.test(`refuses ${title}`, async (t) => {
    for (const raw of targets) {
      t.throws(() => classify(raw), { name: 'Refusal', code: 'ambiguous_target', statusCode: 400 }, raw)
    }
  })
}

t.test('E-06 closes a path in every spelling, and what is below it', async (t) => {
  const targets = [
    '/admin',
    '/admin/',
    '/ADMIN/users',
    '/%61dmin',
    '/admin;x/y',
    '/admin.json',
    '/index.php/admin',
    '/a/index.php/admin/x',
    '/cgi-bin/a/admin',
    '/admin::$DATA',
  ]
  for (const raw of [...targets, '/connect/register', '/connect/ciba/legacy', '/admin%3Fx', '/admin/x.css']) {
    t.throws(() => classify(raw), { name: 'Refusal', code: 'not_found', statusCode: 404 }, raw)
  }
})

t.test('closing wins over every other kind', async (t) => {
  const paths = guardPaths(
    { token: ['/a/token'], device_authorization: ['/a/device'], closed: ['/a/device'] },
    '/step-up',
  )
  t.throws(() => classifyTarget(parseTarget('/a/device'), paths), { code: 'not_found' })
  t.equal(classifyTarget(parseTarget('/a/token'), paths), 'token')
})

t.test('an endpoint at the root guards nothing but itself', async (t) => {
  const paths = guardPaths({ authorization: ['/'], token: ['/t/'] }, '/step-up')
  t.equal(classifyTarget(parseTarget('/?client_id=x'), paths), 'authorization')
  t.equal(classifyTarget(parseTarget('/t/'), paths), 'token')
  t.equal(classifyTarget(parseTarget('/login'), paths), 'open')
  t.throws(() => classifyTarget(parseTarget('//'), paths), { code: 'ambiguous_target' })
  t.throws(() => classifyTarget(parseTarget('/t'), paths), { code: 'ambiguous_target' })
})

t.test('a listed path may end in a slash', async (t) => {
  const paths = guardPaths({ authorization: ['/auth/'] }, '/step-up')
  t.equal(classifyTarget(parseTarget('/auth/'), paths), 'authorization')
  t.equal(classifyTarget(parseTarget('/auth/x'), paths), 'open')
  t.throws(() => classifyTarget(parseTarget('/auth'), paths), { code: 'ambiguous_target' })
})

const impossible: [title: string, build: () => unknown, message: RegExp][] = [
  [
    'one path of two kinds',
    () => guardPaths({ authorization: ['/a'], token: ['/a'] }, '/s'),
    /listed as authorization and as token/,
  ],
  [
    'two spellings of one path, of two kinds',
    () => guardPaths({ authorization: ['/A'], token: ['/a/'] }, '/s'),
    /listed as/,
  ],
  ['a query', () => guardPaths({ token: ['/index.php?r=token'] }, '/s'), /holds a query/],
  ['a relative path', () => guardPaths({ token: ['token'] }, '/s'), /can't be a request target/],
  ['a dot segment', () => guardPaths({ closed: ['/a/../b'] }, '/s'), /can't be a request target/],
  ['an open path that is none', () => guardPaths({}, '/s', ['x']), /can't be a request target/],
  ['a prefix that is none', () => guardPaths({}, 'step-up'), /can't be a request target/],
  ["the gateway's own prefix", () => guardPaths({ closed: ['/S'] }, '/s'), /gateway's own/],
  ["a path below the gateway's own prefix", () => guardPaths({ token: ['/s/token'] }, '/s'), /gateway's own/],
]

for (const [title, build, message] of impossible) {
  t.test(`refuses to guard ${title}`, async (t) => t.throws(build, { message }))
}

t.test('D-06 a look-up takes no longer with many paths, or with deep ones', async (t) => {
  const many = Array.from({ length: 20_000 }, (_, index) => `/tenant-${index}/token`)
  const paths = guardPaths({ token: many }, '/step-up')
  const deep = parseTarget('/a'.repeat(256))
  const work = await workMs(() => {
    for (let round = 0; round < 200; round++) {
      t.equal(classifyTarget(deep, paths), 'open')
      t.equal(classifyTarget(parseTarget(`/tenant-${round}/token`), paths), 'token')
    }
  })
  t.ok(work < 5000)
})

t.test('P-14 a path that runs through too many programs', async (t) => {
  for (const path of ['/x.php'.repeat(64), `/cgi-bin${'/a'.repeat(80)}`, '/~a'.repeat(200)])
    t.throws(() => classify(`${path}/x`), { code: 'malformed_target' })
  t.equal(classify(`${'/x.php'.repeat(62)}/x`), 'open')
})

t.test('an OP that folds case', async (t) => {
  const paths = { token: ['/connect/Token'], authorization: ['/connect/authorize'], closed: ['/admin'] }
  const folding = guardPaths(paths, '/step-up', ['/connect/token/Introspection'], true)
  const classifyFolded = (raw: string) => classifyTarget(parseTarget(raw), folding)
  const table: [raw: string, kind: string][] = [
    ['/connect/token', 'token'],
    ['/CONNECT/TOKEN', 'token'],
    ['/Connect/Authorize', 'authorization'],
    ['/connect/TOKEN/introspection', 'open'],
    ['/step-up/x', 'own'],
  ]
  for (const [raw, kind] of table) t.equal(classifyFolded(raw), kind, raw)
  const refused = [
    '/Connect/Token/',
    '/CONNECT/TOK%45N',
    '/Connect/Token/x',
    '/Step-Up/x',
    '/Connect/Authorize/x',
  ]
  for (const raw of refused) t.throws(() => classifyFolded(raw), { code: 'ambiguous_target' }, raw)
  t.throws(() => classifyFolded('/ADMIN/x'), { code: 'not_found' })
})

t.test('what is at an authorization endpoint or below one', async (t) => {
  const isAt = (raw: string) => isAtAuthorization(parseTarget(raw), guarded)
  for (const raw of [
    '/auth',
    '/auth/x?y',
    '/AUTH//x',
    '/connect/authorize/callback',
    '/connect/%41uthorize/x',
  ])
    t.ok(isAt(raw), raw)
  for (const raw of ['/', '/authx', '/connect', '/connect/token', '/x/auth']) t.notOk(isAt(raw), raw)
})

t.test('paths that come again are known, as long as the same paths are guarded', async (t) => {
  const classifyAgain = createClassifyTarget()
  const others = guardPaths({ token: ['/style.css'] }, '/step-up')
  const long = `/${'a'.repeat(300)}`
  for (let round = 0; round < 2; round++) {
    t.equal(classifyAgain(parseTarget('/style.css'), guarded), 'open')
    t.equal(classifyAgain(parseTarget('/style.css?v=2'), guarded), 'open')
    t.equal(classifyAgain(parseTarget(long), guarded), 'open')
    t.throws(() => classifyAgain(parseTarget('/Style.css'), others), { code: 'ambiguous_target' })
    t.equal(classifyAgain(parseTarget('/style.css'), others), 'token')
  }
})
