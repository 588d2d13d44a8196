import t from 'tap'
import { configSchema } from '../../../src/config/schema/schema.ts'
import { overlay } from '../../../src/config/yaml/values.ts'
import { pems } from '../pems.ts'
import { client, valid } from '../valid.ts'

const { localhost, public: other } = pems
const pem = localhost.key
const at = (...redirectUris: string[]) => ({ mode: 'enforce', redirectUris })

const header = { name: 'Auth-User' }
const signIn = (more: object) => ({
  passkeys: { tenantId: 'lab', signIn: { loginPaths: ['/login'], ...more } },
})
const reserved = 'passkeys.signIn.action: is also used elsewhere'

const cases: [name: string, over: object, faults: string[]][] = [
  ['admin on the port of listen', { listen: { port: 9090 } }, ['admin.port: is also the port of listen']],
  [
    'the same on one address',
    { listen: { host: '127.0.0.1', port: 9090 } },
    ['admin.port: is also the port of listen'],
  ],
  ['other addresses', { listen: { host: '10.0.0.1', port: 9090 } }, []],
  [
    'userinfo without an access token',
    { provider: { probe: { responseType: 'id_token', userinfo: true } } },
    ['provider.probe.userinfo: needs an access token, which responseType: id_token does not bring'],
  ],
  ['an ID token at once', { provider: { probe: { responseType: 'id_token' } } }, []],
  [
    'a page that rests on the session cookie',
    { provider: { probe: { by: 'browser' } }, protectedPaths: [{ path: '/a' }] },
    [
      'provider.probe.by: is browser, so that a protected page rests on the session cookie of the user who was asked for',
    ],
  ],
  [
    'such a page, and an OP with another cookie for each user',
    { provider: { probe: { by: 'browser' }, renewsSession: true }, protectedPaths: [{ path: '/a' }] },
    [],
  ],
  [
    'such a page that is only watched',
    { provider: { probe: { by: 'browser' } }, protectedPaths: [{ path: '/a', mode: 'monitor' }] },
    [],
  ],
  [
    'a trusted header where the OP can not be asked at once',
    { provider: { probe: { by: 'browser' } }, ...signIn({ header }) },
    ['passkeys.signIn.header: needs an OP that the gateway can ask itself (provider.probe.by: server)'],
  ],
  ['users hashed without a key', { log: { subject: 'hashed' } }, ['log: has no subjectKey to hash with']],
  [
    'users hashed with a short key',
    { log: { subject: 'hashed', subjectKey: 'thirty-one characters are short' } },
    ['log.subjectKey: is shorter than 32 characters'],
  ],
  ['users hashed', { log: { subject: 'hashed', subjectKey: 'thirty-two characters are enough' } }, []],
  [
    'a key that nothing is hashed with',
    { log: { subjectKey: 'thirty-two characters are enough' } },
    ['log.subjectKey: is used with subject: hashed only'],
  ],
  ['both on port 0', { listen: { port: 0 }, admin: { port: 0 } }, []],
  [
    'upstream is publicUrl',
    { upstream: { url: 'https://login.example.com' } },
    ['upstream.url: is the same as publicUrl, so the gateway would call itself'],
  ],
  [
    'cert without key',
    { upstream: { tls: { cert: localhost.cert } } },
    ['upstream.tls: has a cert without its key'],
  ],
  ['key without cert', { upstream: { tls: { key: pem } } }, ['upstream.tls: has a key without its cert']],
  ['cert and key', { upstream: { tls: localhost } }, []],
  ...['upstream', 'listen'].map((at): (typeof cases)[number] => [
    `the key of another certificate: ${at}`,
    { [at]: { tls: { ...localhost, key: other.key } } },
    [`${at}.tls.key: does not belong to the certificate`],
  ]),
  [
    'certificates of nobody',
    { clientCertHeader: 'Client-Cert' },
    ['clientCertHeader: is believed of nobody'],
  ],
  ...['Client-Cert', 'SSL_CLIENT_CERT', 'x-ssl-cert', 'X-Forwarded-Client-Cert', 'X-ARR-ClientCert'].map(
    (clientCertHeader): (typeof cases)[number] => [
      `certificates of proxies in ${clientCertHeader}`,
      { clientCertHeader, trustedProxies: ['10.0.0.0/8'] },
      [],
    ],
  ),
  [
    'paths below pathPrefix',
    {
      provider: {
        authorizePaths: ['/a', '/step-up'],
        tokenPaths: ['/Step-Up/x'],
        closedPaths: ['/step-upper'],
      },
    },
    ['provider.authorizePaths.1: is below pathPrefix', 'provider.tokenPaths.0: is below pathPrefix'],
  ],
  [
    'remember and stepUp.session',
    {
      stepUp: { session: '1h' },
      defaults: { remember: '2h' },
      clients: { a: { ...client, remember: '61m' }, b: { mode: 'off', remember: '1h' } },
    },
    ['defaults.remember: is longer than stepUp.session', 'clients.a.remember: is longer than stepUp.session'],
  ],
  ['no redirectUris, off', { clients: { a: { mode: 'off' } } }, []],
  [
    'no redirectUris, monitor',
    { clients: { a: { mode: 'monitor' } } },
    ['clients.a.redirectUris: is missing'],
  ],
  ['no redirectUris, enforce', { clients: { a: at() } }, ['clients.a.redirectUris: is empty']],
  [
    'one URI in two policies',
    { clients: { a: at('https://a/b'), c: at('https://c/d', 'https://a/b?x=y') } },
    [],
  ],
  [
    'one URI in two policies, ports on loopback',
    { clients: { a: at('http://127.0.0.1:1/cb'), b: at('http://127.0.0.1/cb'), c: at('http://[::1]:3/cb') } },
    [],
  ],
  ['one URI twice in one policy', { clients: { a: at('https://a/b', 'https://a/b?c') } }, []],
  ['ports that count', { clients: { a: at('https://a:1/b'), b: at('https://a:2/b') } }, []],
  ['custom schemes', { clients: { a: at('com.a:/cb'), b: at('com.b:/cb') } }, []],
  ['one custom scheme', { clients: { a: at('com.a:/cb'), b: at('com.a:/cb?x') } }, []],
  [
    'an off client shares a URI',
    { clients: { a: at('https://a/b'), b: { mode: 'off', redirectUris: ['https://a/b'] } } },
    [],
  ],
  [
    'one client_id twice',
    { clients: { a: at('https://a/b'), b: { ...at('https://b/b'), clientId: 'a' } } },
    ['clients.b.clientId: is also the client_id of client "a"'],
  ],
  [
    'one client_id twice, the other way round',
    { clients: { b: { ...at('https://b/b'), clientId: 'a' }, a: at('https://a/b') } },
    ['clients.a: is also the client_id of client "b"'],
  ],
  [
    'client ids that swap',
    { clients: { a: { mode: 'off', clientId: 'b' }, b: { mode: 'off', clientId: 'a' } } },
    [],
  ],
  ['protected paths', { protectedPaths: [{ path: '/account' }, { path: '/step-upper' }] }, []],
  [
    'protected paths below pathPrefix',
    { protectedPaths: [{ path: '/step-up' }, { path: '/Step-Up/passkeys' }] },
    ['protectedPaths.0.path: is below pathPrefix', 'protectedPaths.1.path: is below pathPrefix'],
  ],
  [
    'one protected path twice',
    {
      protectedPaths: [
        { path: '/a', httpMethods: ['POST'] },
        { path: '/a' },
        { path: '/a', httpMethods: ['POST'] },
      ],
    },
    ['protectedPaths.2.path: is in an earlier entry with the same httpMethods'],
  ],
  ['a page for passkeys alone', { passkeys: { tenantId: 'lab' } }, []],
  ['passkeys by header', signIn({ header }), []],
  ['passkeys by neither', signIn({}), ['passkeys.signIn: has neither header nor jwt']],
  [
    'passkeys by both',
    signIn({ header, jwt: { path: '/jwt', key: pem } }),
    ['passkeys.signIn: has both header and jwt'],
  ],
  [
    'a JWT that tells a user name',
    signIn({ user: 'username', jwt: { path: '/jwt', key: pem } }),
    ['passkeys.signIn.user: is username, which the JWT does not contain'],
  ],
  [
    'a client that is off where all others are enforced',
    {
      defaults: { mode: 'enforce' },
      clients: { a: { mode: 'off' }, b: { mode: 'off', redirectUris: ['https://b/b'] } },
    },
    ['clients.a.redirectUris: is missing'],
  ],
  ['a JWT without its key', signIn({ jwt: { path: '/jwt' } }), ['passkeys.signIn.jwt: has no key']],
  [
    'a shared JWT without its secret',
    signIn({ jwt: { path: '/jwt', algorithm: 'HS256' } }),
    ['passkeys.signIn.jwt: has no secret'],
  ],
  [
    'a JWT with the key of another algorithm',
    signIn({ jwt: { path: '/jwt', algorithm: 'RS256', key: pem } }),
    ["passkeys.signIn.jwt.key: can't sign RS256"],
  ],
  [
    'a JWT with a secret that is not used',
    signIn({ jwt: { path: '/jwt', key: pem, secret: 's'.repeat(32) } }),
    ['passkeys.signIn.jwt.secret: is not used with ES256'],
  ],
  [
    'a shared JWT with a key that is not used',
    signIn({ jwt: { path: '/jwt', algorithm: 'HS256', key: pem, secret: 's'.repeat(32) } }),
    ['passkeys.signIn.jwt.key: is not used with HS256'],
  ],
  [
    'the action of the sign-in is that of a client',
    { ...signIn({ header }), clients: { a: { ...at('https://a/b'), action: 'passkey-sign-in' } } },
    [reserved],
  ],
  ['that of the defaults', { ...signIn({ header }), defaults: { action: 'passkey-sign-in' } }, [reserved]],
  [
    'that of a protected path, by its default',
    { ...signIn({ header, action: 'account' }), protectedPaths: [{ path: '/account' }] },
    [reserved],
  ],
  ['that of the page, by its default', signIn({ header, action: 'passkeys' }), [reserved]],
  ['that of the defaults, by its default', signIn({ header, action: 'oidc-authorize' }), [reserved]],
]

for (const [name, over, faults] of cases) {
  t.test(name, async (t) => t.same(findFaults(overlay(valid, over)), faults))
}

t.test('told beside other faults', async (t) => {
  const file = {
    ...valid,
    publicUrl: 1,
    zzz: 3,
    provider: { closedPaths: [1] },
    clients: { a: at('https://a/b'), b: { ...at('nonsense'), clientId: 'a', action: '' }, c: 4 },
  }
  t.ok(findFaults(file).includes('clients.b.clientId: is also the client_id of client "a"'))
  for (const nothing of [null, undefined, 5, []]) t.doesNotThrow(() => configSchema.safeParse(nothing))
})

function findFaults(file: unknown): string[] {
  const result = configSchema.safeParse(file)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}
