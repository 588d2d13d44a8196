import t from 'tap'
import { loosenPath, parseTarget } from '../../src/http/target.ts'
import { workMs } from '../lab/work-ms.ts'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

const accepted: [title: string, raw: string, path: string, query: string][] = [
  ['a plain path', '/connect/authorize', '/connect/authorize', ''],
  ['a query', '/auth?client_id=web&state=a%20b', '/auth', 'client_id=web&state=a%20b'],
  ['an empty query', '/auth?', '/auth', ''],
  ['a second question mark', '/auth?a=b?c', '/auth', 'a=b?c'],
  ['the root', '/', '/', ''],
  ['unescaped pipes, braces and carets of old browsers', '/a|b{c}^d?e|f{g}^h', '/a|b{c}^d', 'e|f{g}^h'],
  ['quotes, angle brackets and backslashes in a query', '/a?b="c"<d>\\`', '/a', 'b="c"<d>\\`'],
  ['a broken escape in a query', '/a?discount=100%', '/a', 'discount=100%'],
  ['raw UTF-8 in a query', latin1('/a?q=é'), '/a', latin1('q=é')],
  ['raw UTF-8 in a path (curl)', latin1('/static/é.png'), latin1('/static/é.png'), ''],
  ['a latin1 escape in a path', '/static/caf%E9.png', '/static/caf%E9.png', ''],
  ['a lone latin1 letter that begins a UTF-8 sequence', '/voil%E0.png', '/voil%E0.png', ''],
  ['a matrix parameter', '/login;jsessionid=0A?x', '/login;jsessionid=0A', 'x'],
  ['escapes in a matrix parameter', '/a;b=c%20d%26;e=%C3%A9/f', '/a;b=c%20d%26;e=%C3%A9/f', ''],
  ['a double slash', '/static//app.css', '/static//app.css', ''],
  ['a leading double slash', '//static/app.css', '//static/app.css', ''],
  ['an escaped slash', '/projects/a%2Fb', '/projects/a%2Fb', ''],
  ['an escaped space', '/my%20file.pdf', '/my%20file.pdf', ''],
  ['an escaped percent sign', '/100%25.pdf', '/100%25.pdf', ''],
  ['a dot file', '/.well-known/openid-configuration', '/.well-known/openid-configuration', ''],
  ['three dots', '/a/.../b', '/a/.../b', ''],
  ['the longest target', `/?${'a'.repeat(16 * 1024 - 2)}`, '/', 'a'.repeat(16 * 1024 - 2)],
]

for (const [title, raw, path, query] of accepted) {
  t.test(`accepts ${title}`, async (t) => {
    t.match(parseTarget(raw), { raw, path, query })
  })
}

const refused: [title: string, raw: string][] = [
  ['P-07 nothing', ''],
  ['P-07 absolute-form', 'http://evil.example/authorize?client_id=web'],
  ['P-07 authority-form', 'login.example.com:443'],
  ['P-07 asterisk-form', '*'],
  ['P-07 a missing slash', 'connect/authorize'],
  ['P-07 a leading question mark', '?client_id=web'],
  ['P-01 a dot segment', '/connect/./authorize'],
  ['P-01 an escaped dot segment', '/connect/%2e/authorize'],
  ['P-01 a leading dot segment', '/./connect/authorize'],
  ['P-01 a trailing dot segment', '/connect/authorize/.'],
  ['P-01 a parent segment', '/x/../connect/authorize'],
  ['P-01 half-escaped parent segments', '/x/.%2E/connect/authorize'],
  ['P-01 a raw backslash', '/connect\\authorize'],
  ['P-01 a backslash at the start', '/\\evil.example/x'],
  ['P-04 a parent segment between escaped slashes', '/x%2f..%2fconnect%2fauthorize'],
  ['P-04 a parent segment between escaped backslashes', '/x%5c..%5cconnect'],
  ['P-04 a parent segment escaped twice', '/x/%252e%252e/connect'],
  ['P-05 a parent segment with parameters', '/x/..;/connect/authorize'],
  ['P-05 a dot segment with parameters', '/connect/.;x/authorize'],
  ['P-05 an escaped parent segment with parameters', '/x/%2e%2e;a=b/connect'],
  ['P-05 a parent segment after a backslash', '/x\\..;/connect/authorize'],
  ['P-05 an escaped slash in a parameter', '/connect;a%2fb/token'],
  ['P-05 an escaped slash in a parameter, escaped twice', '/connect%3ba%252fb/token'],
  ['P-05 an escaped backslash in a parameter', '/connect;a%5cb/token'],
  ['P-05 a full-width slash in a parameter', '/connect;%EF%BC%8Fa/token'],
  ['P-05 an escaped question mark in a parameter', '/connect;a%3f/token'],
  ['P-05 an escaped number sign in a parameter', '/connect;%23/token'],
  ['P-05 an escaped slash in a nameless segment', '/;%2f&/connect/authorize'],
  ['P-08 spaces around dots', '/x/.%20./connect'],
  ['P-08 zero-width spaces around dots', '/x/.%E2%80%8B./connect'],
  ['P-08 full-width dots', '/x/%EF%BC%8E%EF%BC%8E/connect'],
  ['P-08 a two dot leader', '/x/%E2%80%A5/connect'],
  ['P-08 a cookieless session on a parent segment', '/x/(S(a))../connect'],
  ['P-08 NUL', '/connect/authorize%00'],
  ['P-08 a newline', '/connect/authorize%0a'],
  ['P-08 a tab', '/connect/authorize%09x'],
  ['P-08 DEL', '/a%7f'],
  ['P-08 NUL escaped twice', '/connect/authorize%2500.png'],
  ['P-08 an overlong slash', '/connect%C0%AFauthorize'],
  ['P-08 an overlong dot', '/x/%E0%80%AE./connect'],
  ['P-08 an overlong letter in four bytes', '/%F0%80%81%A1uthorize'],
  ['P-08 a surrogate', '/%ED%A0%80'],
  ['P-08 a raw space', '/connect/authorize x'],
  ['P-08 a raw control character', '/a\x01'],
  ['P-08 a raw control character in the query', '/a?b=\x0b'],
  ['P-08 a code point that is no byte', '/\u0130'],
  ['P-08 the replacement character', '/%EF%BF%BD'],
  ['P-08 beyond Unicode', '/%F4%90%80%80'],
  ['P-09 a number sign', '/authorize#x'],
  ['P-09 a number sign in the query', '/a?b#c'],
  ['P-09 a parent segment behind an escaped question mark', '/x%3F/../connect'],
  ['P-10 a lone percent sign', '/%'],
  ['P-10 an escape without hex digits', '/a%zz'],
  ['P-10 an unfinished escape', '/a%4'],
  ['P-10 a %u escape', '/%u0061uthorize'],
  ['P-10 a long target', `/?${'a'.repeat(16 * 1024)}`],
  ['P-10 a long path', `/${'a'.repeat(8 * 1024)}`],
  ['D-09 many segments', '/a'.repeat(257)],
  ['D-09 letters that are read as sentences', `/${'%EF%B7%BA'.repeat(500)}`],
  ['P-10 escapes of escapes', `/%${'25'.repeat(7)}61`],
  ['a quote', '/a"b'],
  ['an angle bracket', '/a<b'],
  ['a backtick', '/a`b'],
]

for (const [title, raw] of refused) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => parseTarget(raw), { name: 'Refusal', code: 'malformed_target', statusCode: 400 })
  })
}

const sameAsAuthorize = [
  '/connect/authorize',
  '/Connect/AUTHORIZE',
  '/connect/authorize/',
  '/connect//authorize',
  '//connect/authorize',
  '/connect/./authorize',
  '/x/../connect/authorize',
  '/../connect/authorize',
  '/connect\\authorize',
  '/connect%2Fauthorize',
  '/connect%5Cauthorize',
  '/connect%252Fauthorize',
  '/connect/%2561uthorize',
  '/connect/%25u0061uthorize',
  '/connect;x=1/authorize',
  '/connect/authorize;jsessionid=1',
  '/connect/authorize%3Fclient_id=web',
  '/connect/authorize%23x',
  '/connect/authorize%20',
  '/connect/authorize+',
  '/connect/authorize.',
  '/connect./authorize..',
  '/connect/authorize%2e%20',
  '/connect/author%C4%B1ze',
  '/connect/author%C4%B0ze',
  '/connect/%EF%BD%81uthorize',
  '/connect/auth%C2%ADorize',
  '/connect/auth%E2%80%8Borize',
  '/connect%E2%88%95authorize',
  '/connect%EF%BC%8Fauthorize',
  '/connect/authorize%EF%BC%9Bx',
  '/con%FFnect/authorize',
  '/(S(abc))/connect/authorize',
  '/connect/(A(a)F(b))authorize',
  '/c%CC%81onnect/authorize',
]

for (const path of sameAsAuthorize) {
  t.test(`P-01 to P-09 reads ${path} like /connect/authorize`, async (t) => {
    t.equal(loosenPath(path), '/connect/authorize')
  })
}

t.test('P-08 folds what only Unicode knows to be a letter', async (t) => {
  t.equal(loosenPath('/%E2%84%AAey/%C5%BFet'), '/key/set')
  t.equal(loosenPath('/device%E2%80%90auth'), '/device-auth')
})

t.test('keeps apart what no server takes for the same', async (t) => {
  for (const path of ['/connect/authorizer', '/connect', '/authorize/connect', '/connectauthorize', '/']) {
    t.not(loosenPath(path), '/connect/authorize', path)
  }
})

t.test('D-06 reads adversarial targets fast', async (t) => {
  const length = 8 * 1024 - 1
  const targets = [
    `${'/a'.repeat(256)}${'a'.repeat(length - 512)}`,
    `/${'.'.repeat(length - 2)}x`,
    `/${'%20'.repeat(length / 3 - 1)}`,
    `/${'(a('.repeat(length / 3 - 1)}`,
    `/(${'a()'.repeat(length / 3 - 1)}`,
    `/${';'.repeat(length - 1)}`,
    `/${'%25'.repeat(length / 3 - 1)}`,
    `/${'%EF%B7%BA'.repeat(450)}`,
    `/${'%E9'.repeat(length / 3 - 1)}`,
  ]
  for (const target of targets) {
    const work = await workMs(() => t.equal(parseTarget(target).raw, target))
    t.ok(work < 5000, target.slice(0, 12))
  }
})
