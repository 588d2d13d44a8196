import t from 'tap'
import { configSchema } from '../../../src/config/schema/schema.ts'
import { nest, overlay } from '../../../src/config/yaml/values.ts'
import { pems } from '../pems.ts'
import { client, valid } from '../valid.ts'

const { ca, localhost, public: other } = pems
const noCertificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

interface Rule {
  path: (string | number)[]
  good: unknown[]
  bad: unknown[]
}

const web = (key: string) => ['clients', 'web', key]
const passkeys = (more: object) => ({
  tenantId: 'lab',
  signIn: { loginPaths: ['/login'], header: { name: 'Auth-User' }, ...more },
})
const passkeysByJwt = (more: object) => {
  const jwt = { path: '/sso', key: localhost.key, ...more }
  return { tenantId: 'lab', signIn: { loginPaths: ['/login'], jwt } }
}
const rules: Rule[] = [
  {
    path: ['publicUrl'],
    good: [
      'https://login.example.com',
      'https://login.example.com:8443',
      'http://localhost:3000',
      'http://127.0.0.1',
      'http://127.8.9.1:8080',
      'http://[::1]:3000',
      'http://gateway.localhost:3000',
      'https://10.0.0.1',
    ],
    bad: [
      '',
      'login.example.com',
      'https://',
      'https:login.example.com',
      'http://login.example.com',
      'http://10.0.0.1',
      'http://localhost.example.com',
      'https://login.example.com/',
      'https://login.example.com/op',
      'https://login.example.com?a',
      'https://login.example.com#a',
      'https://user:pass@login.example.com',
      'https://user@login.example.com',
      'https://Login.example.com',
      'https://login.example.com:443',
      ' https://login.example.com',
      'https://login.example.com\\x',
      'ftp://login.example.com',
      'file:///etc/passwd',
      'https://bücher.example',
      1,
      null,
      ['https://login.example.com'],
    ],
  },
  {
    path: ['upstream', 'url'],
    good: [
      'https://op.internal',
      'http://127.0.0.1:5000',
      'http://10.1.2.3',
      'http://172.31.0.1',
      'http://192.168.0.9:5000',
      'http://[fd00::1]:5000',
      'http://op.localhost:5000',
      'http://100.64.0.9:5000',
      'http://keycloak:8080',
      'http://op.internal',
    ],
    bad: [
      'http://8.8.8.8',
      'http://169.254.169.254',
      'http://172.32.0.1',
      'http://[2001:db8::1]',
      'http://0.0.0.0:5000',
      'https://op.internal/base',
      'https://u:p@op.internal',
      'file:///op',
    ],
  },
  { path: ['upstream', 'timeout'], good: ['1ms', '1h'], bad: ['0s', '2h', '5', '1d', '1.5s', '-1s', 5] },
  {
    path: ['upstream', 'tls', 'ca'],
    good: [ca, ca + localhost.cert],
    bad: ['', 'ca.pem', 1, noCertificate, ca + noCertificate, localhost.key],
  },
  {
    path: ['hosts'],
    good: [[], ['a', 'a.b:8443', '[::1]:80']],
    bad: [['A'], ['*.b'], ['https://a'], ['a/'], [''], 'a'],
  },
  { path: ['listen', 'port'], good: [0, 65_535], bad: [-1, 65_536, 1.5, '80', null] },
  { path: ['listen', 'host'], good: ['::', '127.0.0.1'], bad: ['', 'a b', 1] },
  {
    path: ['listen', 'tls'],
    good: [localhost, { ...localhost, cert: localhost.cert + ca }],
    bad: [
      { cert: localhost.cert },
      { key: localhost.key },
      {},
      { ...localhost, key: other.key },
      { ...localhost, cert: ca + localhost.cert },
      { ...localhost, cert: noCertificate },
      { ...localhost, key: localhost.cert },
    ],
  },
  {
    path: ['pathPrefix'],
    good: ['/step-up', '/a/b2'],
    bad: ['', '/', 'a', '/a/', '/A', '/a b', '//a', '/a%20', '/../a', '/a.b', '/ü'],
  },
  {
    path: ['clientCertHeader'],
    good: [],
    bad: [
      '',
      'cert:',
      'Client Cert',
      '-cert',
      'X-Forwarded-For',
      'Authorization',
      'Accept-Cert',
      'content_cert',
      1,
    ],
  },
  {
    path: ['trustedProxies'],
    good: [[], ['10.0.0.0/8', '10.0.0.1', '::1', 'fd00::/8', '10.0.0.1/32', '::1/128']],
    bad: [
      ['10.0.0.0/33'],
      ['0.0.0.0/0'],
      ['::/0'],
      ['::/129'],
      ['10.0.0'],
      ['proxy'],
      [''],
      ['10.0.0.0/'],
      ['fe80::1%eth0'],
      ['10.0.0.0/8/8'],
      [1],
    ],
  },
  {
    path: ['provider', 'issuer'],
    good: ['https://op.example.com/realms/a', 'http://op'],
    bad: ['', 'op', 'https://a?b', 'https://a#b', 'https://u@a', 'https://'],
  },
  {
    path: ['provider', 'endpoints', 'token'],
    good: [
      '/token',
      '/o/token/',
      'https://op.example.com/token/',
      'http://10.0.0.1/token',
      'http://localhost:8080/token',
      'http://[fd00::1]/token',
      'http://keycloak:8080/token',
      'http://op.internal/token',
    ],
    bad: [
      '',
      'token',
      '//op/token',
      '/a?b',
      '/a#b',
      '/a/../b',
      '/./a',
      '/a%2fb',
      '/a\\b',
      '/:realm/token',
      '/{realm}/token',
      '/t*',
      '/',
      'http://8.8.8.8/token',
      'http://169.254.169.254/token',
      'http://[2001:db8::1]/token',
      'https://u:p@op/token',
      'https://op/token?a',
    ],
  },
  {
    path: ['provider', 'closedPaths'],
    good: [['/register', '/Admin/x.php', '/a']],
    bad: [['/admin/*'], ['register'], ['/a//b'], [''], '/a'],
  },
  { path: ['provider', 'subject'], good: ['sub', 'urn:x'], bad: ['', 'a b', 1] },
  { path: ['provider', 'compare'], good: [[], ['auth_time', 'sid']], bad: [[''], 'auth_time'] },
  { path: ['provider', 'codeLifetime'], good: ['1s', '10m'], bad: ['0s', '11m', 60] },
  {
    path: ['provider', 'probe', 'clientSecret'],
    good: ['12345678', '$1aB(2345', 'a$PROBE_CLIENT'],
    bad: [
      '',
      ' ',
      '1234567',
      ' 12345678',
      '12345678\n',
      'changeme123',
      '<client secret>',
      'your-secret-here',
      '$PROBE_CLIENT_SECRET',
      '$(PROBE_CLIENT_SECRET)',
      '%PROBE_CLIENT_SECRET%',
      '{{ probe.secret }}',
      12345678,
    ],
  },
  {
    path: ['provider', 'probe', 'clientAuth'],
    good: ['client_secret_post', 'client_secret_basic'],
    bad: ['none', 'private_key_jwt'],
  },
  { path: ['provider', 'probe', 'clientId'], good: ['a', 'https://gateway/client'], bad: ['', 'ä', 'a\n'] },
  {
    path: ['provider', 'probe', 'scope'],
    good: ['openid', 'email openid'],
    bad: ['', 'email', 'openid  email', 'openid '],
  },
  { path: ['provider', 'probe', 'prompt'], good: ['none', 'omit'], bad: ['login', false] },
  {
    path: ['provider', 'probe', 'params'],
    good: [{ idp: 'x', 'ui.a': '' }],
    bad: [{ prompt: 'login' }, { state: 'x' }, { a: 1 }, { 'a b': 'c' }, { '': 'c' }],
  },
  {
    path: ['provider', 'probe', 'cookies'],
    good: [['a'], ['session*', '_session.sig', '__Host-a']],
    bad: [[], ['*'], ['a*b'], ['a b'], ['a=b'], [''], 'a'],
  },
  {
    path: ['authsignal', 'apiUrl'],
    good: ['https://eu.api.authsignal.com/v1', 'http://127.0.0.1:9/v1', 'https://a'],
    bad: [
      'http://api.authsignal.com/v1',
      'https://a/v1/',
      'https://u:p@a',
      'https://a?b',
      'http://10.0.0.1/v1',
    ],
  },
  { path: ['authsignal', 'apiSecretKey'], good: ['0123456789'], bad: ['', null, 12345678] },
  {
    path: ['authsignal', 'challengeHosts'],
    good: [['mfa.authsignal.com', '*.authsignal.com', 'http://127.0.0.1:9', 'http://localhost:9']],
    bad: [
      [],
      ['*'],
      ['*.com'],
      ['https://mfa.authsignal.com'],
      ['http://mfa.authsignal.com:80'],
      ['http://127.0.0.1'],
      ['http://127.0.0.1:9/'],
      ['MFA.authsignal.com'],
      ['a.*.com'],
      ['a:9'],
      [''],
    ],
  },
  {
    path: ['store'],
    good: ['memory'],
    bad: ['', 'Memory', 'disk'],
  },
  {
    path: ['stepUp'],
    good: [{ timeout: '10m' }, { session: '12h' }],
    bad: [{ timeout: '11m' }, { timeout: '0s' }, { session: '13h' }],
  },
  {
    path: ['defaults'],
    good: [{}, { mode: 'off' }, { mode: 'monitor' }, { mode: 'enforce' }],
    bad: [{ mode: '' }, { redirectUris: [] }, { clientId: 'a' }, null],
  },
  {
    path: ['clients'],
    good: [{}, { a: client }, { 'https://rp/client': client }],
    bad: [
      { '': client },
      { ä: client },
      { a: null },
      { a: {} },
      { a: { redirectUris: ['https://a/b'] } },
      [],
    ],
  },
  {
    path: web('mode'),
    good: ['off', 'monitor', 'enforce'],
    bad: ['', 'on', 'Off', true, false, null, undefined],
  },
  { path: web('clientId'), good: ['a b', 'urn:x'], bad: ['', 'ü', 1, '\u0000', 'x'.repeat(1025)] },
  {
    path: web('redirectUris'),
    good: [
      ['https://a.example/cb', 'http://a.example/cb', 'http://127.0.0.1/cb', 'https://a.example/cb?tenant=1'],
      ['com.example.app:/cb', 'myapp://cb', 'urn:ietf:wg:oauth:2.0:oob'],
    ],
    bad: [
      [],
      undefined,
      'https://a.example/cb',
      [''],
      ['/cb'],
      ['a.example/cb'],
      ['localhost:3000/cb'],
      ['app.example.com:443'],
      ['https://a.example/cb#x'],
      ['https://a.example/*'],
      ['https://*.example/cb'],
      ['https:a.example/cb'],
      ['https:///a.example/cb'],
      ['https://u:p@a.example/cb'],
      ['https://u@a.example/cb'],
      ['javascript:alert(1)'],
      ['data:text/html,x'],
      ['file:///x'],
      ['https://a.example/\\x'],
      ['https://a.example/c b'],
      ['https://a.example/\ncb'],
      [1],
    ],
  },
  {
    path: web('responseTypes'),
    good: [['code'], ['code id_token', 'id_token']],
    bad: [[], ['id_token code'], ['Code'], 'code'],
  },
  {
    path: web('action'),
    good: ['a', 'A-b_9', 'x'.repeat(64)],
    bad: ['', 'a b', 'x'.repeat(65), 'a\n', 'ä', 1],
  },
  { path: web('unenrolled'), good: ['enroll', 'deny', 'allow'], bad: ['enrol', false] },
  {
    path: web('graceUntil'),
    good: ['2027-01-31', '2027-01-31T18:00:00Z', '2027-01-31T18:00:00+01:00'],
    bad: ['', 'soon', '2027-02-30', '31.1.2027', '2027-01-31 18:00', 5],
  },
  { path: web('rememberDevice'), good: ['1h', '720h', '8760h'], bad: ['59m', '8761h', 5] },
  {
    path: web('returnUris'),
    good: [[], ['https://app.example.com/settings', 'http://localhost:3000/']],
    bad: [
      ['/settings'],
      ['ftp://a/'],
      ['https://a b/'],
      ['https://u@a/'],
      ['https://[/'],
      ['javascript:x'],
      'https://a/',
    ],
  },
  {
    path: ['protectedPaths'],
    good: [[], [{ path: '/account' }], [{ path: '/a', httpMethods: ['POST', 'DELETE'], mode: 'monitor' }]],
    bad: [
      [{}],
      [{ path: 'account' }],
      [{ path: '/a/*' }],
      [{ path: '/a', httpMethods: ['post'] }],
      [{ path: '/a', mode: 'off' }],
      [{ path: '/a', remember: '59s' }],
      [{ path: '/a', rememberDevice: '2h' }],
    ],
  },
  {
    path: ['passkeys'],
    good: [
      ...[{ tenantId: 'lab' }, passkeys({}), passkeys({ loginPaths: ['/', '/a/*/b/', '/login'] })],
      ...[{}, { path: '{page}/passkey' }, { parameter: 'jwt' }].map(passkeysByJwt),
    ],
    bad: [
      {},
      { tenantId: 'a b' },
      { tenantId: 'lab', unenrolled: 'allow' },
      { tenantId: 'lab', remember: '0s' },
      ...[[], ['login'], ['/a*'], ['/../a'], ['/a//b']].map((loginPaths) => passkeys({ loginPaths })),
      ...['', 'Auth_User', '-a', 'a b'].map((name) => passkeys({ header: { name } })),
      ...['sso', '/a/../b', '//a', '{page}', '/{page}/a'].map((path) =>
        passkeys({ header: { name: 'A', path } }),
      ),
      ...['Cookie', 'host', 'X-Forwarded-For'].map((name) => passkeys({ header: { name } })),
      ...['sso', '', '{page}', '{page}/../b', '/a/{page}/b'].map((path) => passkeysByJwt({ path })),
      ...['', 'a b', 'return_to'].map((parameter) => passkeysByJwt({ parameter })),
      ...[{ algorithm: 'none' }, { key: 'key.pem' }].map(passkeysByJwt),
    ],
  },
  { path: web('methods'), good: [[], ['PASSKEY', 'EMAIL_OTP']], bad: [['passkey'], [''], 'PASSKEY'] },
  { path: web('satisfiedByAmr'), good: [[], ['mfa']], bad: [[''], ['a b'], 'mfa'] },
  { path: web('remember'), good: ['0s', '12h', '720m'], bad: ['13h', '-1s', 0, ''] },
  { path: web('onError'), good: ['deny', 'allow'], bad: ['open'] },
  {
    path: web('grants'),
    good: [[], ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code']],
    bad: [[''], ['a b']],
  },
  { path: web('send'), good: [[], ['username', 'email', 'phone']], bad: [['name']] },
  {
    path: web('custom'),
    good: [{}, { a: 'x', b: 1.5, c: false }, { constructor: 'x' }],
    bad: [{ a: null }, { a: [] }, { a: Number.NaN }, { a: 2 ** 53 }, { amr: 'x' }, { 'a b': 1 }],
  },
]

for (const { path, good, bad } of rules) {
  t.test(path.join('.'), async (t) => {
    for (const value of good) t.same(parse(path, value).issues, [], `accepts ${JSON.stringify(value)}`)
    for (const value of bad) {
      const { issues } = parse(path, value)
      t.not(issues.length, 0, `refuses ${JSON.stringify(value)}`)
      t.ok(
        issues.every((issue) => path.slice(0, 2).every((part, index) => issue.path[index] === part)),
        'at this key',
      )
    }
  })
}

t.test('unknown keys are refused everywhere', async (t) => {
  const top = [
    [],
    ['listen'],
    ['admin'],
    ['upstream'],
    ['provider'],
    ['authsignal'],
    ['stepUp'],
    ['defaults'],
  ]
  const inner = [
    ['upstream', 'tls'],
    ['provider', 'endpoints'],
    ['provider', 'probe'],
    ['clients', 'web'],
  ]
  for (const path of [...top, ...inner])
    t.match(parse([...path, 'zzz'], 1).issues, [{ code: 'unrecognized_keys' }], path.join('.'))
})

t.test('what is left out', async (t) => {
  const config = configSchema.parse(valid)
  t.match(config, {
    listen: { host: '0.0.0.0', port: 8080 },
    admin: { host: '127.0.0.1', port: 9090 },
    pathPrefix: '/step-up',
    hosts: [],
    trustedProxies: [],
    forwardingHeader: 'X-Forwarded-For',
    maxHeaderSize: 32768,
    upstream: { timeout: 30_000, tls: {} },
    provider: {
      preset: 'generic',
      issuer: valid.publicUrl,
      subject: 'sub',
      compare: ['auth_time'],
      codeLifetime: 60_000,
    },
    store: 'memory',
    stepUp: { timeout: 600_000, session: 43_200_000, perUser: 10, perAddress: 300 },
  })
  t.match(config.provider.probe, {
    clientId: 'step-up-gateway',
    prompt: 'none',
    params: {},
    timeout: 5000,
    perSession: 100,
    perAddress: 3000,
  })
  t.same(config.authsignal, {
    apiUrl: 'https://api.authsignal.com/v1',
    apiSecretKey: 'tenant-secret',
    timeout: 5000,
    challengeHosts: ['*.authsignal.com'],
  })
  t.same(config.clients, new Map())
  t.same(config.defaults, {
    clientId: '',
    mode: 'off',
    redirectUris: [],
    responseTypes: ['code'],
    action: 'oidc-authorize',
    unenrolled: 'enroll',
    methods: [],
    satisfiedByAmr: [],
    remember: 0,
    onError: 'deny',
    grants: ['authorization_code', 'refresh_token'],
    refreshTokens: 'any',
    send: ['username'],
    returnUris: [],
    custom: {},
  })
})

t.test('a listed client inherits from defaults, but not its mode', async (t) => {
  const { clients, defaults } = configSchema.parse({
    ...valid,
    defaults: { mode: 'monitor', action: 'sign-in', remember: '1h', methods: ['PASSKEY'] },
    clients: { web: { ...client, methods: [] }, old: { mode: 'off', clientId: 'legacy app' } },
  })
  t.same(clients.get('web'), { ...defaults, ...client, clientId: 'web', methods: [], remember: 3_600_000 })
  t.equal(clients.get('web')?.action, 'sign-in')
  t.match(clients.get('legacy app'), { clientId: 'legacy app', mode: 'off', redirectUris: [] })
  t.notOk(clients.has('old'))
})

t.test('clients named like parts of Object', async (t) => {
  const names = ['constructor', 'toString', 'hasOwnProperty']
  const listed = Object.fromEntries(
    names.map((name) => [name, { ...client, redirectUris: [`https://${name}.example/`] }]),
  )
  const { clients } = configSchema.parse({
    ...valid,
    clients: { ...listed, a: { mode: 'off', clientId: '__proto__' } },
  })
  t.same([...clients.keys()], [...names, '__proto__'])
  t.notOk(configSchema.parse(valid).clients.has('constructor'))
  t.equal(Object.getPrototypeOf({}), Object.prototype)
})

t.test('issuer is kept as it is spelled', async (t) => {
  const config = configSchema.parse(overlay(valid, nest(['provider', 'issuer'], 'https://OP.example.com/')))
  t.equal(config.provider.issuer, 'https://OP.example.com/')
})

function parse(path: (string | number)[], value: unknown) {
  const base = path[0] === 'clients' && path.length > 1 ? { ...valid, clients: { web: client } } : valid
  const result = configSchema.safeParse(overlay(base, nest(path, value)))
  return { issues: result.success ? [] : result.error.issues }
}
