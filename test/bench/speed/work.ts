/** One kind of request, what the OP answers it, and what the gateway must reach for it. */
export interface Work {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  readonly answer: { readonly status: string; readonly headers: readonly string[]; readonly body: string }
  readonly goal: {
    /** Requests a second, in those of the bare plugin. */
    readonly speed: number
    /** The processor's time for one request, in that of a proxy of Node's own http server and undici. */
    readonly cpu: number
  }
}

const pad = (text: string, length: number): string => text.padEnd(length, '<!-- words of the page -->\n')

const page = (content: string): string =>
  `<!doctype html><html><head><title>A page</title></head><body>${pad(content, 1900)}</body></html>`

const html = ['Content-Type: text/html; charset=utf-8', 'Cache-Control: no-store']
const json = ['Content-Type: application/json', 'Cache-Control: no-store']

const loginForm =
  '<form method="post" action="/login"><input name="user"><input name="password" type="password"></form>'

const tokens = JSON.stringify({
  access_token: 'a'.repeat(600),
  id_token: ['e30', 'e30', 'x'.repeat(342)].join('.'),
  token_type: 'Bearer',
  expires_in: 3600,
})

const authorize = new URLSearchParams({
  client_id: 'other',
  redirect_uri: 'https://other.example.com/cb',
  response_type: 'code',
  scope: 'openid profile',
  state: 'x'.repeat(32),
  code_challenge: 'c'.repeat(43),
  code_challenge_method: 'S256',
})

export const works: readonly Work[] = [
  {
    name: 'GET 2 kB asset',
    method: 'GET',
    path: '/assets/style.css',
    answer: { status: '200 OK', headers: ['Content-Type: text/css', 'ETag: "1"'], body: 'a'.repeat(2048) },
    goal: { speed: 1.3, cpu: 1.7 },
  },
  {
    name: 'POST 1 kB form, open path',
    method: 'POST',
    path: '/account/settings',
    body: `name=${'x'.repeat(1019)}`,
    answer: { status: '303 See Other', headers: ['Location: /account'], body: '' },
    goal: { speed: 1.2, cpu: 1.8 },
  },
  {
    name: 'GET 2 kB HTML, no form',
    method: 'GET',
    path: '/help',
    answer: { status: '200 OK', headers: html, body: page('<p>Help</p>') },
    goal: { speed: 1.1, cpu: 2 },
  },
  {
    name: 'GET 2 kB login page',
    method: 'GET',
    path: '/login',
    answer: { status: '200 OK', headers: html, body: page(loginForm) },
    goal: { speed: 0.7, cpu: 3 },
  },
  {
    name: 'authorize, not protected',
    method: 'GET',
    path: `/connect/authorize?${authorize}`,
    answer: {
      status: '302 Found',
      headers: ['Location: /login?return=1', 'Cache-Control: no-store'],
      body: '',
    },
    goal: { speed: 0.7, cpu: 3 },
  },
  {
    name: 'token, not protected',
    method: 'POST',
    path: '/connect/token',
    body: `grant_type=authorization_code&code=${'c'.repeat(43)}&client_id=other&client_secret=secret&redirect_uri=https%3A%2F%2Fother.example.com%2Fcb`,
    answer: { status: '200 OK', headers: json, body: tokens },
    goal: { speed: 0.7, cpu: 3 },
  },
  {
    name: 'GET 1 MiB',
    method: 'GET',
    path: '/assets/large.js',
    answer: { status: '200 OK', headers: ['Content-Type: text/javascript'], body: 'b'.repeat(1024 * 1024) },
    goal: { speed: 0.95, cpu: 1.2 },
  },
]

/** What browsers send besides. */
const browserHeaders = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'Accept-Language: en-US,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Cookie: session=0123456789abcdef0123456789abcdef; theme=dark',
]

export function requestBytes({ method, path, body }: Work, host: string): Buffer {
  const form =
    body === undefined
      ? []
      : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${Buffer.byteLength(body)}`]
  return Buffer.from(
    [`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...browserHeaders, ...form, '', body ?? ''].join('\r\n'),
  )
}

export function answerBytes({ answer: { status, headers, body } }: Work): Buffer {
  return Buffer.from(
    [`HTTP/1.1 ${status}`, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'),
  )
}
