import t from 'tap'
import { listCertificateHeaders, toUpstreamHeaders } from '../../src/http/request-headers.ts'

const own = '__Host-step-up'
const gateway = {
  publicHeaders: {
    host: 'login.example.com',
    'x-forwarded-host': 'login.example.com',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
  },
  clientAddress: '203.0.113.7',
}
const added = {
  host: 'login.example.com',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'login.example.com',
  'x-forwarded-port': '443',
}
const forward = (headers: [name: string, value: string][], guarded = false) =>
  toUpstreamHeaders(headers.flat(), gateway, { guarded, ownCookies: [own] })

const passed: [title: string, headers: [string, string][], expected: Record<string, string | string[]>][] = [
  ['nothing', [], {}],
  [
    'ordinary headers',
    [
      ['Accept', 'text/html'],
      ['USER-AGENT', 'x'],
    ],
    { accept: 'text/html', 'user-agent': 'x' },
  ],
  [
    'repeated headers',
    [
      ['X-A', '1'],
      ['x-a', '2'],
      ['X-a', '3'],
    ],
    { 'x-a': ['1', '2', '3'] },
  ],
  [
    'what a body needs',
    [
      ['Content-Type', 'a/b; c="d"'],
      ['Content-Length', '012'],
    ],
    { 'content-type': 'a/b; c="d"', 'content-length': '012' },
  ],
  ['an empty value', [['X-Empty', '']], { 'x-empty': '' }],
  ['Authorization', [['Authorization', 'Basic eDp5']], { authorization: 'Basic eDp5' }],
  [
    'Via and tracing',
    [
      ['Via', '1.1 a'],
      ['Traceparent', '00-1'],
    ],
    { via: '1.1 a', traceparent: '00-1' },
  ],
  [
    'Q-13 inherited names',
    [
      ['Constructor', 'a'],
      ['__proto__', 'b'],
      ['toString', 'c'],
    ],
    { constructor: 'a', tostring: 'c' },
  ],
  ['K-04 cookies without our own', [['Cookie', `a=1; ${own}=x; b=2`]], { cookie: 'a=1; b=2' }],
  [
    'cookies in several lines',
    [
      ['Cookie', 'a=1'],
      ['cookie', `${own}=x`],
      ['Cookie', 'b=2'],
    ],
    { cookie: 'a=1; b=2' },
  ],
  ['no cookies but our own', [['Cookie', `${own}=x`]], {}],
  [
    'a connection that closes',
    [
      ['Connection', 'close'],
      ['X-A', '1'],
    ],
    { 'x-a': '1' },
  ],
  ['an odd number of strings', [['X-A', '1']], { 'x-a': '1' }],
]

for (const [title, headers, expected] of passed) {
  t.test(`passes ${title}`, async (t) => {
    const result = forward(headers)
    t.same(result, { ...expected, ...added })
    t.same(Object.keys(result).sort(), Object.keys({ ...expected, ...added }).sort())
  })
}

t.test('takes a name without a value for nothing', async (t) => {
  t.same(toUpstreamHeaders(['X-A', '1', 'X-B'], gateway, { guarded: false, ownCookies: [own] }), {
    'x-a': '1',
    ...added,
  })
})

const dropped: [title: string, ...names: string[]][] = [
  [
    'H-05 H-07 what ends at this hop',
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
  ],
  ['H-07 upgrades', 'Upgrade', 'HTTP2-Settings'],
  ['H-04 expectations', 'Expect'],
  ['credentials for proxies', 'Proxy-Authorization', 'Proxy-Authenticate'],
  [
    'X-02 the forwarding headers',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X-Forwarded-Host',
    'X-Forwarded-Port',
  ],
  [
    'X-02 their relatives',
    'X-Forwarded-Prefix',
    'X-Forwarded-Uri',
    'X-Forwarded-Server',
    'X-Forwarded-Scheme',
    'X-Forwarded',
  ],
  ['X-02 Forwarded', 'Forwarded', 'FORWARDED', 'Forwarded-For', 'X-Forwarded-Client-Cert'],
  [
    'X-02 addresses',
    'X-Real-IP',
    'CF-Connecting-IP',
    'True-Client-IP',
    'X-Client-IP',
    'Client-IP',
    'X-Cluster-Client-IP',
  ],
  [
    'X-02 more addresses',
    'Fastly-Client-IP',
    'X-ProxyUser-Ip',
    'X-Azure-ClientIP',
    'X-Envoy-External-Address',
  ],
  [
    'X-03 twins',
    'X_Forwarded_For',
    'X.Forwarded.For',
    'x_forwarded-for',
    'X-Forwarded_Host',
    'REMOTE_USER',
    'Content_Type',
  ],
  ['X-04 targets', 'X-Original-URL', 'X-Rewrite-URL', 'X-Original-Host', 'X-Original-URI', 'X-Host'],
  ['P-13 methods', 'X-HTTP-Method', 'X-HTTP-Method-Override', 'X-Method-Override'],
  [
    'X-04 identities',
    'Remote-User',
    'X-Remote-User',
    'X-Remote-Groups',
    'X-Authenticated-User',
    'Auth-User',
    'OIDC-Claim-sub',
  ],
  [
    'X-04 C-05 certificates',
    'X-SSL-Client-Cert',
    'X-SSL-Cert',
    'SSL-Client-Verify',
    'X-Client-Cert',
    'X-ARR-ClientCert',
    'Client-Cert',
    'Client-Cert-Chain',
  ],
  ['X-04 our own', 'X-Step-Up-User', 'X-Stepup-Verdict'],
  ['ways into a CGI', 'Proxy', 'X-Sendfile-Type', 'X-Accel-Mapping'],
]

/** Values without which these headers are refused, not dropped. */
const honest = new Map([
  ['Connection', 'keep-alive'],
  ['Transfer-Encoding', 'chunked'],
])

for (const [title, ...names] of dropped) {
  t.test(`drops ${title}`, async (t) => {
    for (const name of names) {
      const value = honest.get(name) ?? 'spoofed'
      t.same(forward([[name, value]]), added, name)
      t.same(forward([[name.toUpperCase(), value]], true), added, name)
    }
  })
}

const trusted: [name: string, ...spellings: string[]][] = [
  [
    'Portal-Login',
    'Portal-Login',
    'portal-login',
    'PORTAL-LOGIN',
    'Portal_Login',
    'PORTAL_LOGIN',
    'Portal.Login',
    'Portal~Login',
    "Portal'Login",
    'Portal--Login',
    '-Portal-Login-',
    'PortalLogin',
    'portallogin',
    'HTTP_PORTAL_LOGIN',
    'HTTP-Portal-Login',
    'http-http-portal-login',
    'HTTPPortalLogin',
  ],
  ['HTTP-Portal-Login', 'Portal-Login', 'HTTP_PORTAL_LOGIN'],
  ['portallogin', 'Portal-Login'],
  ['Auth-User', 'Auth-User', 'AUTH_USER', 'HTTP-AUTH-USER', 'AuthUser'],
  ['Accept-Language', 'ACCEPT-LANGUAGE'],
  ['HTTP', 'http'],
]

for (const [trustedHeader, ...spellings] of trusted) {
  t.test(`X-04 nobody but the gateway sends ${trustedHeader}`, async (t) => {
    for (const name of spellings) {
      for (const guarded of [false, true]) {
        const options = { guarded, ownCookies: [own], trustedHeader }
        const received = [name, 'alice', 'X-A', '1', name.toUpperCase(), 'bob']
        t.same(toUpstreamHeaders(received, gateway, options), { 'x-a': '1', ...added }, name)
      }
    }
  })
}

t.test('a trusted header takes no other one with it', async (t) => {
  const names = ['x-portal-login', 'portal-login-name', 'portal', 'http', 'login', 'http-portal']
  for (const trustedHeader of ['Portal-Login', undefined]) {
    const options = { guarded: true, ownCookies: [own], trustedHeader }
    t.same(
      toUpstreamHeaders(
        names.flatMap((name) => [name, 'x']),
        gateway,
        options,
      ),
      { ...Object.fromEntries(names.map((name) => [name, 'x'])), ...added },
    )
  }
  t.match(forward([['Portal-Login', 'x']]), { 'portal-login': 'x' }, 'it is one only where it is configured')
})

const certified: [header: string, ...others: string[]][] = [
  [
    'Client-Cert',
    ...['Client_Cert', 'CLIENT-CERT_', 'HTTP-Client-Cert', 'HTTP_CLIENT_CERT', 'ClientCert', 'Client.Cert'],
    ...['Client_Cert_Chain', 'ClientCertChain'],
  ],
  ['SSL_CLIENT_CERT', 'SSL-Client-Cert', 'HTTP_SSL_CLIENT_CERT', 'SslClientCert', 'ssl_client-cert'],
  ['X-Forwarded-Client-Cert', 'X_Forwarded_Client_Cert'],
]

for (const [header, ...others] of certified) {
  const names = listCertificateHeaders(header)
  const read = (isFromProxy: boolean, ...received: string[]) =>
    toUpstreamHeaders([...received, 'X-A', '1'], gateway, {
      guarded: true,
      ownCookies: [own],
      certificates: { names, isFromProxy },
    })

  t.test(`C-05 a proxy in front sends ${header}`, async (t) => {
    const name = header.toLowerCase()
    t.same(read(true, header, ':cert:'), { 'x-a': '1', ...added, [name]: ':cert:' })
    t.same(read(true, header.toUpperCase(), ':cert:'), { 'x-a': '1', ...added, [name]: ':cert:' })
    t.throws(() => read(true, header, ':cert:', name, ':other:'), { code: 'malformed_headers' })
  })

  t.test(`C-05 nobody else sends ${header}, in any spelling`, async (t) => {
    for (const name of [header, header.toLowerCase(), ...others]) {
      t.same(read(false, name, 'x'), { 'x-a': '1', ...added }, name)
      t.same(read(false, name, 'x', name, 'y'), { 'x-a': '1', ...added }, `${name} twice`)
    }
    for (const name of others) t.same(read(true, name, 'x'), { 'x-a': '1', ...added }, `${name} of a proxy`)
  })
}

t.test('C-05 which headers hold a certificate', async (t) => {
  t.same(listCertificateHeaders('Client-Cert'), ['client-cert', 'client-cert-chain'])
  t.same(listCertificateHeaders('X-SSL-CERT'), ['x-ssl-cert'])
  const chained = ['Client-Cert-Chain', ':a:, :b:', 'X-Client-Cert', 'x', 'SSL_CLIENT_CERT', 'x']
  const certificates = { names: listCertificateHeaders('Client-Cert'), isFromProxy: true }
  const options = { guarded: false, ownCookies: [own], certificates }
  t.same(toUpstreamHeaders(chained, gateway, options), { 'client-cert-chain': ':a:, :b:', ...added })
  const trustedHeader = 'Client-Cert-Chain'
  t.same(
    toUpstreamHeaders(chained, gateway, { ...options, trustedHeader }),
    added,
    'what signs a user in stays',
  )
})

t.test("X-06 Host is the gateway's, whatever the client says", async (t) => {
  t.equal(forward([['Host', 'evil.example']])['host'], 'login.example.com')
})

t.test('design 12: a guarded endpoint is asked for an answer that can be read', async (t) => {
  const names = [
    'Accept-Encoding',
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'If-Unmodified-Since',
  ]
  const headers = names.map((name): [string, string] => [name, 'x'])
  t.same(forward([...headers, ['Accept', 'a/b']], true), { accept: 'a/b', ...added })
  t.same(forward(headers), {
    ...Object.fromEntries(names.map((name) => [name.toLowerCase(), 'x'])),
    ...added,
  })
})

for (const value of [
  'close, authorization',
  'cookie',
  'content-type',
  'Content-Length',
  'x-forwarded-for',
  'host',
  'X-Anything',
  'keep-alive, x_y',
  'close;authorization',
]) {
  t.test(`C-01 H-06 refuses Connection: ${value}`, async (t) => {
    t.throws(() => forward([['Connection', value]]), { code: 'malformed_headers', statusCode: 400 })
    t.throws(
      () =>
        forward([
          ['connection', 'close'],
          ['CONNECTION', value],
        ]),
      { code: 'malformed_headers' },
    )
  })
}

for (const value of [
  '',
  'close',
  'Keep-Alive',
  'keep-alive, Upgrade, HTTP2-Settings',
  'TE, close',
  ' , close,',
]) {
  t.test(`H-06 accepts Connection: ${JSON.stringify(value)}`, async (t) => {
    t.same(forward([['Connection', value]]), added)
  })
}

for (const name of ['Authorization', 'Host', 'Content-Type', 'Content-Length']) {
  t.test(`C-03 H-13 Q-10 refuses two ${name} headers`, async (t) => {
    t.throws(
      () =>
        forward([
          [name, 'a'],
          [name.toLowerCase(), 'b'],
        ]),
      { code: 'malformed_headers', statusCode: 400 },
    )
    t.throws(
      () =>
        forward([
          [name, 'a'],
          ['X-A', '1'],
          [name, 'a'],
        ]),
      { code: 'malformed_headers' },
    )
  })
}

t.test(
  'only content codings that can be read are asked for, where answers may have to be read',
  async (t) => {
    const table: [offered: string[], sent: string | string[]][] = [
      [['gzip, deflate, br, zstd'], 'gzip, deflate, br'],
      [['gzip;q=1.0, ZSTD;q=0.9, BR'], 'gzip;q=1.0, BR'],
      [['zstd'], 'identity'],
      [['*'], 'identity'],
      [['gzip, *;q=0.1'], 'gzip'],
      [['br;q=0.5 , dcz, *'], 'br;q=0.5'],
      [['zstd, gzip;q=0'], 'identity'],
      [['zstd, identity;q=0'], 'identity'],
      [['compress, gzip ; Q=0.00, br;q=0.001'], 'gzip ; Q=0.00, br;q=0.001'],
      [['identity;q=0, *;q=0, zstd'], 'identity'],
      [['gzip\t;q=1,,zstd'], 'gzip\t;q=1'],
      [[''], ''],
      [['gzip,  br'], 'gzip,  br'],
      [['gzip', 'zstd'], 'gzip'],
      [
        ['gzip', 'br'],
        ['gzip', 'br'],
      ],
    ]
    for (const [offered, sent] of table) {
      const headers = offered.flatMap((value) => ['Accept-Encoding', value])
      const send = (readable: boolean) =>
        toUpstreamHeaders(headers, gateway, { guarded: false, readable, ownCookies: [own] })[
          'accept-encoding'
        ]
      t.same(send(true), sent, offered.join(' and '))
      t.same(send(false), offered.length === 1 ? offered[0] : offered, 'else it goes on as it came')
    }
  },
)
