import t from 'tap'
import { fromUpstreamHeaders } from '../../src/http/response-headers.ts'

const own = '__Host-step-up'
const options = {
  names: {
    publicUrl: 'https://login.example.com',
    internal: new Set(['http://127.0.0.1:5000', 'https://op.corp.example']),
  },
  ownCookies: [own],
}
type Headers = Record<string, string | string[] | undefined>

const passed: [title: string, headers: Headers, expected: Record<string, string | string[]>][] = [
  ['nothing', {}, {}],
  ['undefined values', { 'x-a': undefined, 'x-b': [] }, {}],
  [
    'ordinary headers',
    { 'Content-Type': 'text/html', etag: '"a"', 'content-length': '3' },
    { 'content-type': 'text/html', etag: '"a"', 'content-length': '3' },
  ],
  ['arrays', { link: ['<a>', '<b>'], vary: ['x'] }, { link: ['<a>', '<b>'], vary: 'x' }],
  ['one header under two cases', { 'X-A': '1', 'x-a': '2' }, { 'x-a': ['1', '2'] }],
  ['latin1 and tabs', { 'x-a': 'caf\xe9\t' }, { 'x-a': 'caf\xe9\t' }],
  ['Q-13 inherited names', { constructor: 'x', tostring: 'y' }, { constructor: 'x', tostring: 'y' }],
  [
    'cookies in their order',
    { 'set-cookie': ['a=1; Path=/', 'b=2'] },
    { 'set-cookie': ['a=1; Path=/', 'b=2'] },
  ],
  ['one cookie', { 'set-cookie': 'a=1' }, { 'set-cookie': ['a=1'] }],
  [
    'K-02 cookies without our own',
    { 'set-cookie': ['a=1', `${own}=x; Path=/`, `=${own}=y`, `${own}2=z`] },
    { 'set-cookie': ['a=1', `${own}2=z`] },
  ],
  ['no cookie but our own', { 'set-cookie': [`${own}=x`] }, {}],
  [
    'H-05 what ends at this hop',
    {
      connection: 'close',
      'keep-alive': 'timeout=5',
      te: 'x',
      trailer: 'y',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'proxy-connection': 'x',
      'proxy-authenticate': 'Basic',
    },
    {},
  ],
  [
    'H-14 no other way to the OP',
    {
      'alt-svc': 'h3=":8443"',
      'Alt-Used': 'op.example',
      'alternate-protocol': '443:quic',
      'x-alternate-protocol': '443:quic',
      alternates: '{"a" 1}',
      'onion-location': 'http://op.onion/',
      'content-base': 'http://127.0.0.1:5000/',
      alternative: 'x',
      salt: 'y',
    },
    { alternative: 'x', salt: 'y' },
  ],
  [
    'H-06 what Connection names',
    { connection: 'X-Hop, close', 'x-hop': '1', 'x-end': '2' },
    { 'x-end': '2' },
  ],
]

for (const [title, headers, expected] of passed) {
  t.test(`passes ${title}`, async (t) => {
    const result = fromUpstreamHeaders(headers, options)
    t.same(result, expected)
    t.same(Object.keys(result).sort(), Object.keys(expected).sort())
  })
}

const locations: [title: string, location: string, expected: string][] = [
  [
    'a path',
    '/login?returnUrl=http%3A%2F%2F127.0.0.1%3A5000%2F',
    '/login?returnUrl=http%3A%2F%2F127.0.0.1%3A5000%2F',
  ],
  ["the OP's own address", 'http://127.0.0.1:5000/login?a=%2f#b', 'https://login.example.com/login?a=%2f#b'],
  ['its origin alone', 'http://127.0.0.1:5000', 'https://login.example.com'],
  ['its origin and a query', 'http://127.0.0.1:5000?x', 'https://login.example.com?x'],
  ['another case', 'HTTP://127.0.0.1:5000/Login', 'https://login.example.com/Login'],
  ['without a scheme', '//127.0.0.1:5000/login', 'https://login.example.com/login'],
  ['the public address', 'https://login.example.com/login', 'https://login.example.com/login'],
  ['another port', 'http://127.0.0.1:5001/login', 'http://127.0.0.1:5001/login'],
  ['no port', 'http://127.0.0.1/login', 'http://127.0.0.1/login'],
  ['another scheme', 'https://127.0.0.1:5000/login', 'https://127.0.0.1:5000/login'],
  ['a longer host', 'http://127.0.0.1:5000.evil.example/x', 'http://127.0.0.1:5000.evil.example/x'],
  ['a user name', 'http://127.0.0.1:5000@evil.example/x', 'http://127.0.0.1:5000@evil.example/x'],
  ['a user name at the OP', 'http://a@127.0.0.1:5000/x', 'http://a@127.0.0.1:5000/x'],
  [
    'a client',
    'https://app.example.com/cb?code=a&state=http://127.0.0.1:5000/',
    'https://app.example.com/cb?code=a&state=http://127.0.0.1:5000/',
  ],
  ['a custom scheme', 'com.example.app:/cb?code=a', 'com.example.app:/cb?code=a'],
  ['an impossible host', 'http://[/x', 'http://[/x'],
  ['backslashes', 'http:\\\\127.0.0.1:5000\\x', 'http:\\\\127.0.0.1:5000\\x'],
  ['nothing', '', ''],
]

for (const [title, location, expected] of locations) {
  t.test(`turns a Location with ${title}`, async (t) => {
    t.same(fromUpstreamHeaders({ location }, options), { location: expected })
    t.same(fromUpstreamHeaders({ 'Content-Location': [location] }, options), { 'content-location': expected })
  })
}

t.test('knows its upstream by a default port and another spelling', async (t) => {
  const internal = new Set(['http://op.internal'])
  const upstream = { ...options, names: { ...options.names, internal } }
  const { location } = fromUpstreamHeaders({ location: 'http://OP.internal:80/x' }, upstream)
  t.equal(location, 'https://login.example.com/x')
})

const unreadable: [title: string, headers: Headers][] = [
  ['R-04 two Locations', { location: ['/a', '/b'] }],
  ['R-04 two equal Locations', { location: ['/a', '/a'] }],
  ['R-04 two Locations under two cases', { location: '/a', Location: '/b' }],
  ['R-15 a newline', { location: '/a\nSet-Cookie: x=y' }],
  ['R-15 a carriage return', { 'x-a': 'a\rb' }],
  ['R-15 NUL', { 'set-cookie': ['a=1', 'b=\0'] }],
  ['R-15 DEL', { 'x-a': '\x7f' }],
  ['R-15 a code point that is no byte', { location: '/\u0130' }],
]

for (const [title, headers] of unreadable) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => fromUpstreamHeaders(headers, options), { code: 'upstream_unreadable', statusCode: 502 })
  })
}
