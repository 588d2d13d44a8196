import t, { type Test } from 'tap'
import { type Config, configSchema } from '../../src/config/schema/schema.ts'
import { overlay } from '../../src/config/yaml/values.ts'
import type { Door } from '../../src/doors/doors.ts'
import { findProviderDoors, findSignInDoors } from '../../src/doors/provider-doors.ts'
import { inspectProvider } from '../../src/provider/inspect-provider.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import { valid } from '../config/valid.ts'
import { json } from '../probe/scripted-op.ts'
import { serve } from '../upstream/serve.ts'

const origin = valid.publicUrl
const elsewhere = 'https://elsewhere.example:8443'

/** Metadata with which there is nothing to tell. */
const quiet = {
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  request_uri_parameter_supported: false,
  id_token_signing_alg_values_supported: ['RS256'],
}

async function find(t: Test, metadata: object, provider: object = {}, more: object = {}): Promise<Door[]> {
  const port = await serve(t, (_request, response) => json(response, metadata))
  const config: Config = configSchema.parse(
    overlay(overlay(valid, { upstream: { url: `http://127.0.0.1:${port}` } }), { provider, ...more }),
  )
  const upstream = connectUpstream(config)
  t.teardown(() => upstream.close())
  const found = await inspectProvider(config, upstream, AbortSignal.timeout(5_000))
  if (found.kind !== 'known') throw new Error(found.reason)
  return findProviderDoors(config, found.facts)
}

const show = ({ level, subject, meaning, remedy }: Door): string =>
  [level, subject, meaning, remedy?.kind === 'set' ? { [remedy.key]: remedy.value } : remedy?.text]
    .map((part) => (typeof part === 'object' ? JSON.stringify(part) : part))
    .filter((part) => part !== undefined)
    .join(' | ')

const anybody = 'anyone who may register a client gets tokens for it without a step-up'
const notGuarded = 'not behind the gateway, so not guarded; point its host to the gateway'
const bothHosts = '{"hosts":["elsewhere.example:8443","mtls.example"]}'
const bothTokens = "have the OP add it to the ID tokens of the probe's client and of the protected clients"
const pairwise = [
  "subject_types_supported | a client's pairwise sub differs from the probe's, so its codes are refused",
  'set provider.subject to a claim that is the same in the ID tokens of all clients',
].join(' | ')
const certificates = [
  'client certificates end at the gateway and do not reach the OP',
  'set clientCertHeader, or use private_key_jwt',
].join(' | ')
const atOp = "the probe's client step-up-gateway at the OP"
const ifThere = 'if the OP has it, its responses are inspected anyway; list it to inspect its requests too'
const keycloak = '/realms/a/protocol/openid-connect'
const besides = JSON.stringify({
  'provider.authorizePaths': [`${keycloak}/registrations`, `${keycloak}/forgot-credentials`],
})

const cases: [name: string, metadata: object, provider: object, doors: string[]][] = [
  ['nothing to tell', {}, {}, []],
  [
    'an OP that tells only the browser',
    {},
    { probe: { by: 'browser' } },
    [
      'info | provider.probe.by | the browser itself is sent through the OP; frames, scripts and monitor ask beside it',
    ],
  ],
  [
    'an endpoint elsewhere',
    {
      device_authorization_endpoint: `${elsewhere}/device`,
      introspection_endpoint: `${elsewhere}/introspect`,
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example/token' },
    },
    {},
    [
      `open | device_authorization_endpoint at ${elsewhere} | ${notGuarded} | ${bothHosts}`,
      `open | token_endpoint at https://mtls.example | ${notGuarded} | ${bothHosts}`,
    ],
  ],
  [
    'an endpoint elsewhere, without TLS',
    { backchannel_authentication_endpoint: 'http://elsewhere.example/ciba' },
    {},
    [
      `open | backchannel_authentication_endpoint at http://elsewhere.example | ${notGuarded} | have the OP name it by https`,
    ],
  ],
  [
    'registration',
    { registration_endpoint: `${origin}/register` },
    { closedPaths: ['/old'] },
    [`open | registration_endpoint | ${anybody} | {"provider.closedPaths":["/old","/register"]}`],
  ],
  [
    'registration elsewhere',
    { registration_endpoint: `${elsewhere}/register` },
    { closedPaths: ['/register'] },
    [`open | registration_endpoint | ${anybody} | close it at the OP, as it is on another host`],
  ],
  [
    'registration behind a closed path',
    { registration_endpoint: `${origin}/admin/register` },
    { closedPaths: ['/admin'] },
    [],
  ],
  ['pairwise subjects', { subject_types_supported: ['pairwise'] }, {}, [`breaks | ${pairwise}`]],
  ['perhaps pairwise', { subject_types_supported: ['public', 'pairwise'] }, {}, [`info | ${pairwise}`]],
  ['public subjects', { subject_types_supported: ['public'] }, {}, []],
  ['pairwise, by another claim', { subject_types_supported: ['pairwise'] }, { subject: 'upn' }, []],
  [
    'ID token encryption',
    { id_token_encryption_alg_values_supported: ['RSA-OAEP'] },
    {},
    [
      'closed | ID token encryption | encrypted ID tokens are refused, because the gateway cannot read them | register protected clients without encryption',
    ],
  ],
  ['no encryption', { id_token_encryption_alg_values_supported: [] }, {}, []],
  [
    'claims that are missing',
    { claims_supported: ['sub'] },
    { subject: 'upn', compare: ['auth_time', 'sub'] },
    [
      `breaks | provider.subject | claims_supported lacks upn: unless both ID tokens have it, all sign-ins fail | ${bothTokens}`,
      "info | remember | claims_supported has neither sid nor auth_time: unless the ID token has one, no step-up is remembered | check the ID token of the probe's client; some OPs don't list all their claims",
      `info | provider.compare | claims_supported lacks auth_time: a claim that the probe lacks is not compared | ${bothTokens}`,
    ],
  ],
  ['sid alone', { claims_supported: ['sub', 'sid'] }, { compare: ['sid'] }, []],
  ['auth_time alone', { claims_supported: ['auth_time', 'upn'] }, { subject: 'upn' }, []],
  [
    'request objects',
    {
      request_parameter_supported: true,
      request_uri_parameter_supported: true,
      request_object_encryption_alg_values_supported: ['RSA-OAEP'],
      pushed_authorization_request_endpoint: `${origin}/par`,
    },
    {},
    [
      'closed | request_uri | refused unless it was pushed through the gateway (RFC 9126)',
      'closed | encrypted request objects | refused, because the gateway cannot read them',
      'info | request objects | decided by their content, once the OP has answered',
      'info | pushed requests | stored until they are used',
    ],
  ],
  [
    'request_uri unless told otherwise',
    { request_uri_parameter_supported: null },
    {},
    ['closed | request_uri | refused unless it was pushed through the gateway (RFC 9126)'],
  ],
  [
    'client certificates',
    {
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'tls_client_auth',
        'self_signed_tls_client_auth',
      ],
    },
    {},
    [`info | client authentication | tls_client_auth, self_signed_tls_client_auth: ${certificates}`],
  ],
  [
    'IdentityServer',
    { authorization_endpoint: `${origin}/idp/connect/authorize` },
    {},
    [
      `info | /idp/connect/authorize/callback | ${ifThere} | {"provider.authorizePaths":["/idp/connect/authorize/callback"]}`,
    ],
  ],
  [
    'Keycloak',
    { authorization_endpoint: `${origin}${keycloak}/auth` },
    {},
    [
      `info | ${keycloak}/registrations | ${ifThere} | ${besides}`,
      `info | ${keycloak}/forgot-credentials | ${ifThere} | ${besides}`,
    ],
  ],
  [
    'Keycloak, half listed',
    { authorization_endpoint: `${origin}${keycloak}/auth` },
    { authorizePaths: [`${keycloak}/registrations`] },
    [`info | ${keycloak}/forgot-credentials | ${ifThere} | ${besides}`],
  ],
  [
    'ID tokens that can not be verified',
    { id_token_signing_alg_values_supported: ['none', 'HS256'] },
    {},
    [
      "breaks | ID token signature | ID tokens with none, HS256 can't be verified with the OP's keys | register the probe's client step-up-gateway with RS256",
    ],
  ],
  [
    'ID tokens that might not be verified',
    { id_token_signing_alg_values_supported: ['HS512', 'ES256', 'RS256'] },
    {},
    [
      "info | ID token signature | ID tokens with HS512 can't be verified with the OP's keys | register the probe's client step-up-gateway with ES256",
    ],
  ],
  [
    'plain requests are not taken',
    { require_pushed_authorization_requests: true, require_signed_request_object: true },
    {},
    [
      `breaks | require_pushed_authorization_requests | the probe sends plain parameters | exempt ${atOp}`,
      `breaks | require_signed_request_object | the probe sends plain parameters | exempt ${atOp}`,
    ],
  ],
  [
    'no code flow',
    { response_types_supported: ['id_token'] },
    {},
    [
      'breaks | probe | response_types_supported lacks code, which the probe needs | enable the code flow at the OP',
    ],
  ],
  ['the code flow', { response_types_supported: ['code'] }, {}, []],
  [
    'another client authentication',
    { token_endpoint_auth_methods_supported: ['client_secret_basic'] },
    {},
    [
      'breaks | provider.probe.clientAuth | the OP does not support client_secret_post | {"provider.probe.clientAuth":"client_secret_basic"}',
    ],
  ],
  [
    'no client secret',
    { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
    {},
    [
      "breaks | provider.probe.clientAuth | the OP does not support client_secret_post | allow a client secret for the probe's client step-up-gateway at the OP",
    ],
  ],
]

for (const [name, metadata, provider, doors] of cases) {
  t.test(name, async (t) => {
    const found = await find(t, { ...quiet, ...metadata }, provider)
    t.same(found.map(show), doors)
    for (const { subject, remedy } of found) {
      if (remedy?.kind !== 'set') continue
      const [key = '', below = '', last = ''] = remedy.key.split('.')
      const value = last === '' ? remedy.value : { [last]: remedy.value }
      const changed = below === '' ? { [key]: value } : { provider: { ...provider, [below]: value } }
      const after = await find(t, { ...quiet, ...metadata }, provider, changed)
      t.notOk(
        after.some((door) => door.subject === subject),
        `${remedy.key} closes it`,
      )
    }
  })
}

t.test('client certificates that reach the OP', async (t) => {
  const metadata = {
    ...quiet,
    token_endpoint_auth_methods_supported: ['tls_client_auth', 'client_secret_post'],
  }
  const passed = { clientCertHeader: 'Client-Cert', trustedProxies: ['10.0.0.0/8'] }
  t.same((await find(t, metadata, {}, passed)).map(show), [
    'info | client authentication | tls_client_auth: certificates reach the OP in Client-Cert, from trustedProxies only',
  ])
})

const nothing = {
  metadata: {},
  unguarded: [],
  bypassing: [],
  serves: () => true,
  isClosed: () => false,
}

t.test('discovery that leads around the gateway', async (t) => {
  const facts = { ...nothing, metadata: quiet, bypassing: ['token_endpoint', 'userinfo_endpoint'] }
  t.same(findProviderDoors(configSchema.parse(valid), facts).map(show), [
    "open | upstream.url | its metadata names the OP's own address for: token_endpoint, userinfo_endpoint | have the OP build them from publicUrl, and update clients that use these addresses",
  ])
})

t.test('metadata that says nothing', async (t) => {
  t.same(findProviderDoors(configSchema.parse(valid), nothing).map(show), [
    'closed | request_uri | refused unless it was pushed through the gateway (RFC 9126)',
  ])
})

t.test('the worst comes first', async (t) => {
  const found = await find(t, {
    ...quiet,
    request_parameter_supported: true,
    request_uri_parameter_supported: true,
    require_signed_request_object: true,
    registration_endpoint: `${origin}/register`,
  })
  t.same(
    found.map(({ level }) => level),
    ['open', 'breaks', 'closed', 'info'],
  )
})

const signIn = { loginPaths: ['/login', '/sso/*'], field: 'user' }

function findSignIn(how: Record<string, unknown>) {
  const { passkeys } = configSchema.parse({
    ...valid,
    passkeys: { tenantId: 't', signIn: { ...signIn, ...how } },
  })
  if (!passkeys?.signIn) throw new Error('there is no such sign-in')
  return [...findSignInDoors(passkeys.signIn)].map(({ level, subject }) => `${level} ${subject}`)
}

t.test('what a sign-in by passkey opens', async (t) => {
  t.same(findSignIn({ header: { name: 'Auth-User' } }), ['open header Auth-User', 'info passkeys'])
  const jwt = { path: '/sso', algorithm: 'HS256', secret: 'a secret of thirty-two characters' }
  t.same(findSignIn({ jwt }), ['info JWT at /sso', 'info passkeys'])
})
