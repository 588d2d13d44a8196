/** One kind of input, and how long the gateway may take no other while it serves it. */
export interface Row {
  readonly input: string
  /** Bytes of what is sent, or of the page that the OP answers with. */
  readonly size: number
  readonly request: string
  /** Milliseconds. */
  readonly bound: number
}

/** Milliseconds: for what anybody can send, and for what is read of the OP. */
const [anybody, ofTheOp] = [20, 50]

const MiB = 1024 * 1024
const fill = (part: string, size: number): string => part.repeat(Math.floor(size / part.length))
const count = (times: number, make: (index: number) => string): string[] =>
  Array.from({ length: times }, (_, index) => make(index))

const form = 'Content-Type: application/x-www-form-urlencoded'
const navigation = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document']

function write(line: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${body.length}`]
  return [`${line} HTTP/1.1`, 'Host: {host}', 'Connection: close', ...headers, ...length, '', body].join(
    '\r\n',
  )
}

const post = (input: string, body: string): Row[] =>
  ['/connect/authorize', '/connect/token'].map((path) => ({
    input: `form at ${path}: ${input}`,
    size: body.length,
    request: write(`POST ${path}`, [form, ...navigation], body),
    bound: anybody,
  }))

const get = (input: string, target: string, headers: readonly string[] = navigation): Row => ({
  input,
  size: target.length + headers.join('').length,
  request: write(`GET ${target}`, headers),
  bound: anybody,
})

const forms: Row[] = [
  post('a name of marks', `x${fill('%CC%81%CC%A3', MiB - 8)}=1`),
  post('a name of spaces', `x${fill('+', MiB - 8)}=1`),
  post('990 names of 1 KiB', count(990, (index) => `${index}${fill('%41', 1000)}=1`).join('&')),
  post('990 names of 256 bytes', count(990, (index) => `${fill('A[', 250)}${index}=1`).join('&')),
  post('990 names of 64 bytes', count(990, (index) => `${fill('A[', 60)}${index}=1`).join('&')),
  post('990 names, escaped twice', count(990, (index) => `${fill('%25CC%2581', 700)}${index}=1`).join('&')),
  post('990 values', count(990, (index) => `x${index}=${fill('a%41', 1000)}`).join('&')),
  post('990 values of resource', count(990, (index) => `resource=${fill('a', 1000)}${index}`).join('&')),
  post('995 short pieces between semicolons', `x=y${fill(`;${fill('A[', 64)}`, 995 * 65)}`),
  post(';A of 64 KiB', `x=y${fill(';A', 65_536)}`),
  post('995 pieces between semicolons', `x=y${fill(`;${fill('A[', 250)}`, 995 * 251)}`),
  post('ampersands', fill('&', MiB)),
  post('a value of escapes', `state=${fill('%41', MiB - 8)}`),
  post('a value of escapes, as long as may be', `x=${fill('%41', 785_000)}`),
  post('a value of UTF-8, as long as may be', `x=${fill('\xc3\xa9', 261_000)}`),
  post('a redirect_uri of ligatures', `client_id=web&redirect_uri=http://a/${fill('%EF%B7%BA', 22_000)}`),
  post('a redirect_uri of parameters', `client_id=web&redirect_uri=http://a${fill('/a;b', 40_000)}`),
  post('a value of escaped bytes', `x=${fill('%ff', MiB - 8)}`),
  post('a value of raw UTF-8', `state=${fill('\xc3\xa9', MiB - 8)}`),
  post('a value of <', `state=${fill('<', MiB - 8)}`),
  post('a long client_id', `client_id=${fill('%41', MiB - 16)}`),
  post('a long prompt', `prompt=${count(100_000, (index) => `a${index}`).join('+')}`),
].flat()

const heads: Row[] = [
  get('a query of 14 KiB', `/connect/authorize?${fill('a%41=b%41&', 14_000)}`),
  get('a query of semicolons', `/connect/authorize?x=y${fill(';A', 14_000)}`),
  get('a path of escapes', `/${fill('%41', 8000)}`),
  get('a path of ligatures', `/${fill('%EF%B7%BA', 8000)}`),
  get('a path of as many ligatures as may be', `/${fill('%EF%B7%BA', 4000)}`),
  get('a path of marks', `/a${fill('%CC%81%CC%A3', 8000)}`),
  get('a path of letters in circles', `/${fill('%F0%9F%85%92', 8000)}`),
  get('a path of parameters', fill('/a;b', 8000)),
  get('a path of as many parameters as may be', fill('/a;b', 1020)),
  get('a path of long parameters', fill('/aaaaaaaaaaaaaaa;bbbbbbbbbbbbbbb', 8000)),
  get('a path of scripts', fill('/a.php', 8000)),
  get('a path that is escaped again and again', `/${fill('%25u0041', 8000)}`),
  get('cookies of one letter', '/connect/authorize?client_id=web', [`Cookie: ${fill('a=b;', 15_000)}`]),
  get('cookies of other letters', '/connect/authorize?client_id=web', [`Cookie: ${fill('\xe9=b;', 15_000)}`]),
  get('a cookie of digits of a script', '/connect/authorize?client_id=web', [
    `Cookie: ${fill('\xd9\xa9', 15_000)}=1`,
  ]),
  get(
    '900 header fields',
    '/connect/authorize',
    count(900, (index) => `X-A${index}: b`),
  ),
  get('a content type of spaces', '/connect/authorize', [`Content-Type: x/y;${fill(' ', 15_000)}`]),
]

const encode = (json: string): string => Buffer.from(json).toString('base64url')
const object = (claims: string): string =>
  `client_id=web&request=${encode('{"alg":"none"}')}.${encode(claims)}.`

const objects: Row[] = [
  post('a request object of names', object(`{${count(3500, (index) => `"\xe9${index}":1`)}}`)),
  post('a request object that nests', object(`{"a":${fill('[', 20_000)}${fill(']', 20_000)}}`)),
  post('a request object of 1 MiB', object(`{"a":"${fill('a', 700_000)}"}`)),
].flat()

const json = 'Content-Type: application/json'
const pageBodies: Row[] = [
  ['names of 64 bytes', form, count(990, (index) => `${fill('A[', 60)}${index}=1`).join('&')],
  ['names of 256 bytes', form, count(990, (index) => `${fill('A[', 250)}${index}=1`).join('&')],
  ['JSON of names', json, `{${count(80_000, (index) => `"a${index}":1`)}}`],
  ['JSON of objects', json, `[${count(70_000, (index) => `{"a${index}":1}`)}]`],
  ['JSON of as many names as may be', json, `{${count(995, (index) => `"\\u00e9[${index}":1`)}}`],
  ['JSON of as many objects as may be', json, `[${count(6600, (index) => `{"a${index}":1}`)}]`],
  ['JSON of a string', json, `["${fill('\xc3\xa9', MiB - 8)}"]`],
].map(([input = '', type = '', body = '']) => ({
  input: `sent to a protected page: ${input}`,
  size: body.length,
  request: write('GET /account', [type, ...navigation], body),
  bound: anybody,
}))

const cb = 'https://app.example.com/cb'
const open = `<form method=post action="${cb}">`
/** For its sake the page is built. */
const away = '<form action=//x></form>'
const size = 500_000

/** What the OP answers with, by path. */
export const pages: ReadonlyMap<string, string> = new Map(
  Object.entries({
    text: `${away}${fill('some words of text ', size)}`,
    forms: fill('<form action=/x><input name=a value=b></form>', size),
    'forms-elsewhere': fill('<form action=//x><input name=a value=b></form>', size),
    'form-posts': fill(`<form method=post action=${cb}><input name=code value=b></form>`, size),
    fields: open + fill('<input name=code value=x>', size),
    'odd-fields': open + fill('<input name=Code[ value=x>', size),
    buttons: open + count(14_000, (index) => `<button name=code formaction=?${index}>`).join(''),
    options: `${open}<select name=code>${fill('<option>', size)}`,
    nested: open + fill('<div>', size),
    names: `<form>${fill('name=', size / 2)}${fill('action=a', size / 2)}`,
    'nested-lists': `${open}${fill('<div>', size / 2)}${fill('<li></li>', size / 2)}`,
    attributes: `<form action=//x ${count(70_000, (index) => `a${index}`).join(' ')}>`,
    links: `${away}${fill('<a><div>', size)}`,
    formatting: `${away}<p>${count(20_000, (index) => `<i x=${index}>`).join('')}${fill('<p>x', size / 2)}`,
    tables: `${open}<table>${fill('<i></i>', size)}`,
    templates: `${away}${fill('<template shadowrootmode=open>', size)}`,
    frames: `<form>${fill('<iframe srcdoc="', size)}`,
    noscript: `${away}${fill('<noscript>', size)}`,
    charsets: `${away}${count(30_000, (index) => `charset=a${index} `).join('')}`,
    declarations: `${away}${fill('<?xml encodin', size)}`,
    escapes: `${away}${fill('\x1b(B', size)}`,
    'long-name': `${open}<input name="${fill('\u0301\u0323', size / 4)}">`,
    login: `${fill('<p class="a">words</p>\r\n', size)}<input name=username>`,
    'login-fields': fill('<input name=a type=text>', size),
  }).map(([name, page]) => [`/${name}`, page]),
)

/** What the OP answers a script with. */
export const jsonPages: ReadonlyMap<string, string> = new Map([
  ['/json/urls', `[${fill('"a:b?code=1",', 500_000)}""]`],
  ['/json/strings', `[${fill('"",', 500_000)}""]`],
  ['/json/objects', `[${count(35_000, (index) => `{"a${index}":1}`)}]`],
  ['/json/as-many-objects', `["${fill('a', 400_000)}",${count(6600, (index) => `{"a${index}":1}`)}]`],
  ['/json/as-many-urls', `[${fill('"a?code=1",', 216_000)}""]`],
  ['/json/names', `{${count(45_000, (index) => `"a${index}":1`)}}`],
])

const answers: Row[] = [...pages, ...jsonPages].map(([path, page]) => ({
  input: `answer of the OP: ${path.slice(1)}`,
  size: page.length,
  request: write(`GET ${path}`, navigation),
  bound: ofTheOp,
}))

export const rows: readonly Row[] = [...forms, ...heads, ...objects, ...pageBodies, ...answers]
