import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { check } from '../../src/commands/check.ts'
import { UsageError } from '../../src/commands/command.ts'
import { ConfigError } from '../../src/config/config-error.ts'
import { json } from '../probe/scripted-op.ts'
import { serve } from '../upstream/serve.ts'
import { runCommand } from './run.ts'

const origin = 'https://login.example.com'
const base = (port: number) => `publicUrl: ${origin}
trustedProxies: [10.0.0.0/8]
upstream: { url: http://127.0.0.1:${port} }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
`
const uris = (name: string) => `redirectUris: ["https://${name}.example/cb"]`
const quiet = 'unenrolled: deny, refreshTokens: released'

const metadata = {
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  jwks_uri: `${origin}/jwks`,
  request_uri_parameter_supported: false,
  id_token_signing_alg_values_supported: ['RS256'],
}

const notAsked = `provider ${origin}: not asked`
const read = `provider ${origin}: its discovery document was read`
const memory = 'note: the memory store is for one instance only'
const next = "next: step-up-gateway doctor asks the probe's client and Authsignal too"

const offline: [name: string, more: string, lines: string[]][] = [
  ['no clients', '', ['configuration is valid: 0 clients', notAsked, 'all others: off', memory, next]],
  [
    'a store on servers',
    'store: { url: rediss://store.internal, username: gateway, password: of the store }',
    [
      'configuration is valid: 0 clients',
      notAsked,
      'all others: off',
      'note: state is kept at rediss://store.internal:6379, which check does not ask',
      next,
    ],
  ],
  [
    'an enforced client',
    `clients: { web: { mode: enforce, ${uris('web')} } }`,
    [
      'configuration is valid: 1 client',
      notAsked,
      'web: enforce, action oidc-authorize',
      '  open    unenrolled: enroll  the password is enough to enrol the first factor -> unenrolled: deny',
      '  open    refreshTokens: any  refresh tokens from before the gateway stay valid -> refreshTokens: released',
      'all others: off',
      memory,
      next,
    ],
  ],
  [
    'pages and passkeys',
    `defaults: { ${quiet} }
protectedPaths:
  - { path: /account, unenrolled: enroll, graceUntil: 2027-01-31 }
  - { path: /account, httpMethods: [POST], mode: monitor, action: change, onError: allow }
passkeys: { tenantId: t, signIn: { loginPaths: [/], header: { name: Auth-User } } }`,
    [
      'configuration is valid: 0 clients',
      notAsked,
      'all others: off',
      'page /account: enforce, action account',
      '  open    unenrolled: enroll  the password is enough to enrol the first factor -> unenrolled: deny',
      '  open    graceUntil          until 2027-01-31T00:00:00.000Z users without an authenticator may pass -> remove it once people are enrolled',
      'page POST /account: monitor, action change',
      '  open    mode: monitor       nothing is enforced yet; the lines below describe enforce -> mode: enforce',
      '  open    onError: allow      everyone passes while Authsignal does not answer -> onError: deny',
      'passkey page: enforce, action passkeys',
      'passkey sign-in: action passkey-sign-in',
      '  open    header Auth-User    anyone who reaches the OP around the gateway can sign in as any user -> let only the gateway reach the OP, and trust the header only from its address',
      '  info    passkeys            offered in the field username at /',
      memory,
      next,
    ],
  ],
  [
    'the passkey page alone, and a sign-in by JWT',
    `defaults: { ${quiet} }
passkeys: { tenantId: t }`,
    [
      'configuration is valid: 0 clients',
      notAsked,
      'all others: off',
      'passkey page: enforce, action passkeys',
      memory,
      next,
    ],
  ],
  [
    'all kinds',
    `defaults: { mode: monitor, ${quiet} }
clients:
  a: { mode: enforce, action: sign-in, ${uris('a')} }
  b: { mode: monitor, onError: allow, ${uris('b')}, clientId: "b 2" }
  c: { mode: off, unenrolled: enroll, onError: allow }`,
    [
      'configuration is valid: 3 clients',
      notAsked,
      'a: enforce, action sign-in',
      'b 2: monitor, action oidc-authorize',
      '  open    mode: monitor   nothing is enforced yet; the lines below describe enforce -> mode: enforce',
      '  open    onError: allow  everyone passes while Authsignal does not answer -> onError: deny',
      'c: off',
      'all others: monitor, action oidc-authorize',
      '  open    mode: monitor   nothing is enforced yet; the lines below describe enforce -> mode: enforce',
      memory,
      next,
    ],
  ],
]

for (const [name, more, lines] of offline) {
  t.test(`offline: ${name}`, async (t) => {
    const config = write(t, base(9) + more)
    for (const args of [
      ['--offline', '--config', config],
      ['--config', config, '--offline'],
    ]) {
      t.same(await runCommand(check, args), { code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' })
    }
  })
}

t.test('the doors of the OP', async (t) => {
  const asked: (string | undefined)[] = []
  const port = await serve(t, ({ url, headers }, response) => {
    asked.push(`${headers.host} ${url}`)
    json(response, {
      ...metadata,
      registration_endpoint: `${origin}/connect/register`,
      grant_types_supported: ['authorization_code', 'password', 'client_credentials'],
      response_modes_supported: ['query', 'jwt\u001b[2J'],
    })
  })
  const more = `clients:
  web: { mode: enforce, ${quiet}, ${uris('web')} }
  app: { mode: enforce, ${quiet}, grants: [authorization_code, password], ${uris('app')} }
  old: { mode: off }
`
  const { code, stdout, stderr } = await runCommand(check, ['--config', write(t, base(port) + more)])
  t.same(stdout.split('\n'), [
    'configuration is valid: 3 clients',
    read,
    'every protected client',
    '  open    registration_endpoint  anyone who may register a client gets tokens for it without a step-up -> provider.closedPaths: [/connect/register]',
    'each of these clients that is not off',
    "  closed  response modes         refused, can't be read: jwt?[2J",
    '  info    responses that pass    code by query',
    'web: enforce, action oidc-authorize',
    '  closed  grants                 refused, not in grants: password, client_credentials',
    'app: enforce, action oidc-authorize',
    '  open    grant password         the password alone gives tokens -> grants: [authorization_code]',
    '  closed  grants                 refused, not in grants: client_credentials',
    'old: off',
    'all others: off',
    memory,
    next,
    '',
  ])
  t.equal(stderr, '')
  t.equal(code, 0)
  t.same(asked, ['login.example.com /.well-known/openid-configuration'])
})

t.test('what the configuration alone shows', async (t) => {
  const unlisted = base(9).replace(/trustedProxies.*\n/, '')
  const { code, stdout } = await runCommand(check, ['--offline', '--config', write(t, unlisted)])
  t.same(stdout.split('\n').slice(2, 4), [
    'the gateway',
    '  breaks  trustedProxies  something in front terminates TLS, and is believed nothing: all users seem to have its address, and share the limits by address -> list the addresses of what is in front, which has to set X-Forwarded-For',
  ])
  t.equal(code, 0)
})

t.test('an OP with nothing to tell, or nobody to protect', async (t) => {
  let document: object = metadata
  const port = await serve(t, (_request, response) => json(response, document))
  const web = `clients: { web: { mode: enforce, ${quiet}, ${uris('web')} } }`
  const one = await runCommand(check, ['--config', write(t, base(port) + web)])
  t.same(one.stdout.split('\n').slice(1, -4), [
    read,
    'web: enforce, action oidc-authorize',
    '  info    responses that pass  code by query, fragment',
  ])
  document = { ...metadata, registration_endpoint: `${origin}/register` }
  const none = await runCommand(check, ['--config', write(t, base(port))])
  t.same(none.stdout.split('\n').slice(1, -1), [read, 'all others: off', memory, next])
})

t.test('an OP that does not answer is told, and the rest too', async (t) => {
  const port = await findFreePort()
  const more = `clients: { web: { mode: enforce, ${quiet}, onError: allow, ${uris('web')} } }`
  const { code, stdout, stderr } = await runCommand(check, ['--config', write(t, base(port) + more)])
  t.same(stdout.split('\n'), [
    'configuration is valid: 1 client',
    `provider ${origin}: can't be read, and until it can, every request gets 503: upstream_unreachable: ECONNREFUSED`,
    'web: enforce, action oidc-authorize',
    '  open    onError: allow  everyone passes while Authsignal does not answer -> onError: deny',
    'all others: off',
    memory,
    next,
    '',
  ])
  t.equal(stderr, '')
  t.equal(code, 1)
})

t.test('an OP that falls silent', async (t) => {
  const port = await serve(t, () => {})
  const config = write(t, base(port).replace('upstream: {', 'upstream: { timeout: 50ms,'))
  const { code, stdout } = await runCommand(check, ['--config', config])
  t.match(stdout, /503: upstream_timeout: /)
  t.equal(code, 1)
})

t.test('faults are thrown', async (t) => {
  await t.rejects(runCommand(check, ['--config', write(t, '')]), ConfigError)
  await t.rejects(runCommand(check, []), UsageError)
  await t.rejects(runCommand(check, ['--config', '--offline']), UsageError)
  await t.rejects(runCommand(check, ['--config', 'x', '--online']), UsageError)
})

/** A port that was free a moment ago. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 9
}

function write(t: Test, text: string): string {
  return join(t.testdir({ 'gateway.yaml': text }), 'gateway.yaml')
}
