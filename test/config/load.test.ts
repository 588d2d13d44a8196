// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are part of the file
import { rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { ConfigError } from '../../src/config/config-error.ts'
import { createFiles } from '../../src/config/files.ts'
import { buildJsonSchema, describePath } from '../../src/config/json-schema.ts'
import { loadConfig } from '../../src/config/load.ts'

const env = { PROBE_CLIENT_SECRET: 'probe-s3cret', AUTHSIGNAL_API_SECRET_KEY: 'tenant-s3cret' }
const root = join(import.meta.dirname, '..', '..')

/** A configuration that loads; each line of it can be replaced. */
const base = `publicUrl: https://login.example.com
upstream: { url: http://127.0.0.1:5000 }
provider:
  probe: { clientSecret: "\${PROBE_CLIENT_SECRET}", cookies: [session] }
authsignal:
  apiSecretKey: \${AUTHSIGNAL_API_SECRET_KEY}
`

/** The settings alone, wherever they stand. */
function withoutOrigins(value: unknown): unknown {
  if (value instanceof Map) return new Map(Array.from(value, ([key, inner]) => [key, withoutOrigins(inner)]))
  if (Array.isArray(value)) return value.map(withoutOrigins)
  if (typeof value !== 'object' || value === null) return value
  const { origin: _origin, ...others } = value as Record<string, unknown>
  return Object.fromEntries(Object.entries(others).map(([key, inner]) => [key, withoutOrigins(inner)]))
}

t.test('the example loads', async (t) => {
  const config = loadConfig(join(root, 'config', 'gateway.yaml'), env)
  t.match(config, {
    publicUrl: 'https://login.example.com',
    provider: { issuer: 'https://login.example.com', probe: { clientSecret: 'probe-s3cret' } },
    authsignal: { apiSecretKey: 'tenant-s3cret' },
  })
  t.match(config.clients.get('web'), { mode: 'enforce', action: 'oidc-authorize' })
})

t.test('the defaults that comments of the example tell are the defaults', async (t) => {
  const { readFileSync } = await import('node:fs')
  const text = readFileSync(join(root, 'config', 'gateway.yaml'), 'utf8')
  const told = text
    .replace(/^( *)# ([a-zA-Z]+: .*)$/gm, '$1$2')
    .replace('tls: { ca: "${file:/run/secrets/op-ca.pem}" }', '')
    .replace('trustedProxies: [10.0.0.0/8]', '')
    .replace('clientCertHeader: Client-Cert', '')
    .replace('monitoring: { host: 0.0.0.0, port: 9091 }', '')
    .replace('host: idp.corp.example', '')
    .replace(/(?:refreshMaxAge|foldsCookieCase): .*/g, '')
    .replace(/(?:graceUntil|rememberDevice|pages|startUri): .*/g, '')
  t.ok(told.includes('\n    remember: 0s'), 'comments became keys')
  const settingsOf = (yaml: string) => withoutOrigins(load(t, { 'gateway.yaml': yaml }))
  t.same(settingsOf(told), settingsOf(text))
})

t.test('presets', async (t) => {
  t.match(load(t, { 'gateway.yaml': base }).provider, { preset: 'generic', codeLifetime: 60_000 })
  const named = base.replace('provider:\n', 'provider:\n  preset: oidc-provider\n')
  t.same(load(t, { 'gateway.yaml': named.replace(', cookies: [session]', '') }).provider.probe.cookies, [
    '_session',
    '_session.sig',
  ])
  t.same(
    load(t, { 'gateway.yaml': named }).provider.probe.cookies,
    ['session'],
    'the operator has the last word',
  )
  const duende = base.replace('provider:\n', 'provider:\n  preset: duende-identityserver\n')
  const closed = ['/connect/dcr', '/Saml2', '/saml/slo/sp-complete']
  t.same(load(t, { 'gateway.yaml': duende }).provider.closedPaths, closed, 'SAML is another door')
  const opened = duende.replace('  probe:', '  closedPaths: [/connect/dcr]\n  probe:')
  t.same(load(t, { 'gateway.yaml': opened }).provider.closedPaths, ['/connect/dcr'], 'which may be opened')
  const own = base.replace('provider:\n', 'provider:\n  preset: ./our-op.yaml\n')
  const files = {
    'gateway.yaml': own,
    'our-op.yaml': 'codeLifetime: 2m\nprobe: { prompt: omit, cookies: [x] }\n',
  }
  t.match(load(t, files).provider, {
    preset: './our-op.yaml',
    codeLifetime: 120_000,
    probe: { prompt: 'omit', cookies: ['session'] },
  })
  t.throws(
    () => load(t, { ...files, 'our-op.yaml': 'codeLifetime: 2y\nprobe: { clientSecret: "${X}" }\n' }),
    {
      message:
        /our-op\.yaml:1:15 provider\.codeLifetime: .*our-op\.yaml:2:24 provider\.probe\.clientSecret: /s,
    },
  )
})

t.test('one file a client', async (t) => {
  const { clients } = load(t, {
    'gateway.yaml': `${base}clientsDir: clients.d\nclients: { web: { mode: off } }\ndefaults: { action: all }\n`,
    'clients.d': {
      'mobile.yaml': 'mode: enforce\nredirectUris: ["com.example:/cb"]\ncustom: { key: "${file:value}" }\n',
      'urn:x.yaml': 'mode: off\nclientId: legacy\n',
      value: 'text\n',
      'README.md': 'not read',
      '.hidden.yaml': 'not read',
    },
  })
  t.same([...clients.keys()], ['web', 'mobile', 'legacy'])
  t.match(clients.get('mobile'), { clientId: 'mobile', action: 'all', custom: { key: 'text' } })
})

t.test('all that was read is told, also of a configuration that is broken', async (t) => {
  const folder = t.testdir({
    'gateway.yaml': `${base.replace('provider:\n', 'provider:\n  preset: ./our-op.yaml\n')}clientsDir: clients.d
pages: { logo: logo.svg, templates: templates }
hosts: ["\${file:host}"]
`,
    'our-op.yaml': 'codeLifetime: 2m\n',
    'clients.d': { 'web.yaml': 'mode: off\n' },
    'logo.svg': '<svg/>',
    templates: { 'message.eta': '' },
    host: 'op.example.com',
  })
  const load = () => {
    const files = createFiles()
    try {
      loadConfig(join(folder, 'gateway.yaml'), env, files)
    } catch (error) {
      t.type(error, ConfigError)
    }
    return [...files.seen.keys()].map((path) => relative(folder, path)).sort()
  }
  const all = ['clients.d', 'clients.d/web.yaml', 'gateway.yaml', 'host', 'our-op.yaml']
  t.same(load(), [...all, 'logo.svg', 'templates', 'templates/message.eta'].sort())
  writeFileSync(join(folder, 'clients.d', 'web.yaml'), 'mode: [')
  rmSync(join(folder, 'our-op.yaml'))
  t.same(load(), all, 'what is missing too')
})

function listKeys(...path: string[]): string {
  return Object.keys(describePath(buildJsonSchema(), path)?.properties ?? {}).join(', ')
}

interface Case {
  name: string
  file?: string
  files?: Record<string, string | Record<string, string>>
  env?: Record<string, string>
  told: string[]
}

const cases: Case[] = [
  {
    name: 'an empty file',
    file: '',
    told: [
      'gateway.yaml:1:1: is empty where a mapping belongs; write its keys below it: publicUrl, upstream, provider, authsignal',
    ],
  },
  {
    name: 'a list',
    file: '- a\n',
    told: ['gateway.yaml:1:1: is a list where a mapping belongs; write a key and a colon in place of each -'],
  },
  {
    name: 'unknown keys',
    file: `${base}pathPrefx: /a\nclients:\n  web:\n    mod: off\n    mode: off\n    zzz: 1\n`,
    told: [
      'gateway.yaml:7:1 pathPrefx: unknown key; did you mean "pathPrefix"?',
      'gateway.yaml:10:5 clients.web.mod: unknown key; did you mean "mode"?',
      `gateway.yaml:12:5 clients.web.zzz: unknown key; known here: ${listKeys('clients', 'web')}`,
    ],
  },
  {
    name: 'keys that are values',
    file: `${base}clients:\n  wéb: { mode: off }\n  web: { mode: off, custom: { amr: a, "b c": b } }\n`,
    told: [
      'gateway.yaml:8:3 clients["wéb"]: is not a client_id; write the client_id as the OP has it, 1 to 1024 printable ASCII characters (RFC 6749 appendix A.1)',
      'gateway.yaml:9:31 clients.web.custom.amr: is a data point that the gateway sends itself; choose another name',
      'gateway.yaml:9:39 clients.web.custom["b c"]: is not a name; use letters, digits, _ . and -',
    ],
  },
  {
    name: 'words of a list of words',
    file: `${base}clients:\n  web: { mode: enforced, onError: zzz, send: [email, mail], redirectUris: ['https://a/b'] }\n`,
    told: [
      'gateway.yaml:8:16 clients.web.mode: is not off, monitor or enforce; did you mean "enforce"?',
      'gateway.yaml:8:35 clients.web.onError: is not deny or allow; write deny or allow',
      'gateway.yaml:8:54 clients.web.send[1]: is not username, email, phone, displayName or locale; did you mean "email"?',
    ],
  },
  {
    name: 'types',
    file: `${base}hosts: a\nlisten: { port: "80" }\nadmin: { port: 70000 }\nstepUp: { timeout: 5 }\npathPrefix: 1\nstore: {}\nclients:\n  web: { mode: off, send: {}, custom: { a: , b: [1], c: 9007199254740993 }, unenrolled: false, responseTypes: [] }\n  old:\n  api: [a]\ndefaults: true\n`,
    told: [
      'gateway.yaml:7:8 hosts: is text where a list belongs; write [ ] around it, or - before each entry',
      'gateway.yaml:8:17 listen.port: is text where a number belongs; write it without quotes; what comes from the environment or a file is always text',
      'gateway.yaml:9:16 admin.port: is more than 65535; write 65535 or less',
      'gateway.yaml:10:20 stepUp.timeout: is a number where text belongs; write text such as 30s',
      'gateway.yaml:11:13 pathPrefix: is a number where text belongs; put it in quotes',
      'gateway.yaml:12:1 store: names no server; set one of url, cluster and sentinel',
      'gateway.yaml:14:27 clients.web.send: is a mapping where a list belongs; write [ ] around it, or - before each entry',
      'gateway.yaml:14:44 clients.web.custom.a: is empty where text, a number, or true or false belongs; write text, a number, or true or false',
      'gateway.yaml:14:49 clients.web.custom.b: is a list where text, a number, or true or false belongs; write text, a number, or true or false',
      'gateway.yaml:14:57 clients.web.custom.c: is a number too large to be exact; put it in quotes',
      'gateway.yaml:14:89 clients.web.unenrolled: is true or false where a word belongs; write enroll, deny or allow',
      'gateway.yaml:14:111 clients.web.responseTypes: is empty; add an entry (The response types that the client may request; all others are refused.)',
      'gateway.yaml:15:7 clients.old: is empty where a mapping belongs; write its keys below it: mode',
      'gateway.yaml:16:8 clients.api: is a list where a mapping belongs; write a key and a colon in place of each -',
      'gateway.yaml:17:11 defaults: is true or false where a mapping belongs; write its keys below it',
    ],
  },
  {
    name: 'what may be text or a mapping, and is neither',
    file: `${base}store: 5\n`,
    told: ['gateway.yaml:7:8 store: is a number where text or a mapping belongs; write text or a mapping'],
  },
  {
    name: 'in what may be text or a mapping',
    file: `${base}store:\n  url: rediss://a\n  timeout: 5\n  usernam: a\n  cluster: a\n`,
    told: [
      'gateway.yaml:9:12 store.timeout: is a number where text belongs; write text such as 30s',
      'gateway.yaml:10:3 store.usernam: unknown key; did you mean "username"?',
      'gateway.yaml:11:12 store.cluster: is text where a list belongs; write [ ] around it, or - before each entry',
    ],
  },
  {
    name: 'numbers that are no whole ones',
    file: `${base}listen: { port: 1.5 }\nadmin: { port: -1 }\n`,
    told: [
      'gateway.yaml:7:17 listen.port: is a number where a whole number belongs; write a whole number',
      'gateway.yaml:8:16 admin.port: is less than 0; write 0 or more',
    ],
  },
  {
    name: 'what is missing, at what should hold it',
    file: 'provider:\n  subject: sub\n  probe:\n    scope: openid\nauthsignal: {}\nclients:\n  web:\n    action: a\n  "https://rp/": { mode: enforce }\n',
    told: [
      'gateway.yaml:1:1 publicUrl: is missing; write publicUrl: "https://login.example.com" (The origin that browsers and clients use: https, or http on a loopback address.)',
      'gateway.yaml:1:1 upstream: is missing; write upstream: { url: "http://127.0.0.1:5000" } (The OP as the network sees it.)',
      'gateway.yaml:3:3 provider.probe.clientSecret: is missing; write clientSecret: "${PROBE_CLIENT_SECRET}" below "probe" (The secret of that client.)',
      'gateway.yaml:3:3 provider.probe.cookies: is missing; write cookies: [session] below "probe" (The OP\'s session cookies, which the probe sends; a * at the end of a name matches chunks. Never list one-time cookies.)',
      'gateway.yaml:5:1 authsignal.apiSecretKey: is missing; write apiSecretKey: "${AUTHSIGNAL_API_SECRET_KEY}" below "authsignal" (The tenant\'s API secret key.)',
      'gateway.yaml:7:3 clients.web.mode: is missing; write mode: monitor below "web" (off: untouched. monitor: decisions are logged but not enforced; browsers get a cookie. enforce: no code and no token without a release.)',
      'gateway.yaml:9:3 clients["https://rp/"].redirectUris: is missing; write redirectUris: ["https://app.example.com/callback"] below "https://rp/" (The client\'s redirect URIs, as registered at the OP. Required unless mode is off and defaults do not enforce. Of http on a loopback address the port does not count, and http://127.0.0.1/* stands for every path.)',
    ],
  },
  {
    name: 'keys that are no text, twice there, or special',
    file: `${base}clients:\n  123: { mode: off }\n  web: { mode: off, mode: enforce }\n  "\${NAME}": { mode: off }\n  __proto__: { mode: off }\n  <<: { mode: off }\n  ? [a]\n  : { mode: off }\n  !!str tagged: { mode: off }\npublicUrl: https://a.example\n`,
    told: [
      'gateway.yaml:8:3 clients: a key is not text; put the key in quotes',
      'gateway.yaml:9:21 clients.web.mode: the key is repeated; keep one of them',
      'gateway.yaml:10:3 clients: keys are not interpolated; name the client in clientId',
      'gateway.yaml:11:3 clients: a key of this name is not supported; name the client in clientId',
      'gateway.yaml:12:3 clients: merge keys are not supported; write the keys out',
      'gateway.yaml:13:5 clients: a key is not text; put the key in quotes',
      'gateway.yaml:15:9 clients: a key is not text; put the key in quotes',
      'gateway.yaml:16:1 publicUrl: the key is repeated; keep one of them',
    ],
  },
  {
    name: 'aliases and tags',
    file: `${base}hosts: &h [a]\nclients:\n  web: *h\n  old: !!map { mode: off }\n  api: { mode: !!str off }\nlisten: { port: !!int "80" }\n`,
    told: [
      'gateway.yaml:9:8 clients.web: is an alias or an anchor (* or &), which is not supported; put it in quotes if it is text, or write the value out',
      'gateway.yaml:10:14 clients.old: has a tag, which is not supported; remove the tag',
      'gateway.yaml:11:22 clients.api.mode: has a tag, which is not supported; remove the tag',
      'gateway.yaml:12:23 listen.port: has a tag, which is not supported; remove the tag',
    ],
  },
  {
    name: 'references, and whatever else is wrong',
    file: `${base}pathPrefix: /\${PREFIX}/\${file:name}\nclients:\n  web: { mode: enforce, redirectUris: ["\${URI}"] }\nzzz: 1\n`,
    env: {},
    told: [
      'gateway.yaml:4:26 provider.probe.clientSecret: environment variable PROBE_CLIENT_SECRET is not set; set it',
      'gateway.yaml:6:17 authsignal.apiSecretKey: environment variable AUTHSIGNAL_API_SECRET_KEY is not set; set it',
      'gateway.yaml:7:13 pathPrefix: environment variable PREFIX is not set; set it',
      'gateway.yaml:7:13 pathPrefix: file "name" does not exist; correct the path or the file',
      'gateway.yaml:9:40 clients.web.redirectUris[0]: environment variable URI is not set; set it',
      `gateway.yaml:10:1 zzz: unknown key; known here: ${listKeys()}`,
    ],
  },
  {
    name: 'one client_id in two policies',
    file: `${base}clients:\n  a: { mode: off, redirectUris: ['https://a/b'] }\n  b: { mode: enforce, action: "", redirectUris: ['https://a/b?c'], clientId: a }\n`,
    told: [
      'gateway.yaml:9:31 clients.b.action: is empty; use 1 to 64 letters, digits, _ and -',
      'gateway.yaml:9:78 clients.b.clientId: is also the client_id of client "a"; keep one policy per client_id',
    ],
  },
  {
    name: 'an unknown preset',
    file: base.replace('provider:\n', 'provider:\n  preset: ../presets/generic\n'),
    told: [
      'gateway.yaml:4:11 provider.preset: there is no such preset; write django-oauth-toolkit, duende-identityserver, generic, glewlwyd, keycloak, lemonldap-ng, oidc-provider, openiddict, ory-hydra, spring-authorization-server, or your own file such as ./our-op.yaml',
    ],
  },
  {
    name: 'a preset of theirs that is not there',
    file: base.replace('provider:\n', 'provider:\n  preset: ./our-op.yaml\n'),
    told: [
      "gateway.yaml:4:11 provider.preset: this file does not exist; correct the path, which is relative to this file's folder",
    ],
  },
  {
    name: 'a preset that is no text',
    file: base.replace('provider:\n', 'provider:\n  preset: 1\n'),
    told: ['gateway.yaml:4:11 provider.preset: is a number where text belongs; put it in quotes'],
  },
  {
    name: "clients' files",
    files: {
      'gateway.yaml': `${base}clientsDir: d\nclients: { both: { mode: off }, a: { mode: off, redirectUris: ['https://a/b'] } }\n`,
      d: {
        'both.yaml': 'mode: off\n',
        'bad.yaml': '# a comment\n\nmode: enforce\nredirectUris: [ "https://a/b" ]\nactoin: x\n',
        'list.yaml': '- mode\n',
        'broken.yaml': 'mode: [off\n',
        'env.yaml': 'mode: ${MODE}\n',
        'none.yaml': '',
        'other.yml': 'mode: off\n',
        '__proto__.yaml': 'mode: off\n',
      },
    },
    told: [
      'gateway.yaml:7:13 clientsDir: holds "other.yml", which is not read; name it *.yaml',
      'gateway.yaml:7:13 clientsDir: a key of this name is not supported; name the client in clientId',
      'gateway.yaml:8:12 clients.both: is also defined in its own file (d/both.yaml); keep one of them',
      'd/bad.yaml:5:1 clients.bad.actoin: unknown key; did you mean "action"?',
      'd/broken.yaml:1:7 clients.broken: is a [ that is never closed; write ] behind its last entry',
      'd/env.yaml:1:7 clients.env.mode: environment variable MODE is not set; set it',
      'd/list.yaml:1:1 clients.list: is a list where a mapping belongs; write a key and a colon in place of each -',
      'd/none.yaml:1:1 clients.none: is empty where a mapping belongs; write its keys below it: mode',
    ],
  },
  {
    name: 'a folder of clients that is not there',
    file: `${base}clientsDir: d\n`,
    told: ['gateway.yaml:7:13 clientsDir: does not exist; correct the path'],
  },
  {
    name: 'a folder of clients beside clients that are no mapping',
    files: { 'gateway.yaml': `${base}clientsDir: d\nclients: []\n`, d: { 'a.yaml': 'mode: off\n' } },
    told: [
      'gateway.yaml:8:10 clients: is a list where a mapping belongs; write a key and a colon in place of each -',
    ],
  },
  {
    name: 'a folder of clients without a name',
    file: `${base}clientsDir: ""\n`,
    told: ['gateway.yaml:7:13 clientsDir: is empty; write a folder such as clients.d'],
  },
]

for (const { name, file = '', files = { 'gateway.yaml': file }, env: given = env, told } of cases) {
  t.test(name, async (t) => {
    const folder = t.testdir(files)
    t.same(findProblems(join(folder, 'gateway.yaml'), given).replaceAll(`${folder}/`, '').split('\n'), told)
  })
}

t.test('a file that is not there', async (t) => {
  const file = join(t.testdir({}), 'gateway.yaml')
  t.equal(findProblems(file, env), `${file}:1:1: does not exist; correct the path or the file`)
})

t.test('the problems are values too', async (t) => {
  const file = join(t.testdir({ 'gateway.yaml': `${base}zzz: 1\n` }), 'gateway.yaml')
  t.throws(() => loadConfig(file, env), {
    name: 'ConfigError',
    problems: [{ file, line: 7, column: 1, key: 'zzz', message: 'unknown key', fix: /^known here: / }],
  })
})

t.test('no error shows a secret', async (t) => {
  const secret = 'sk_live_Tr0ub4dor'
  const places = [
    `{ clientSecret:${secret}, cookies: [a] }`,
    `{ clientSecret: [${secret}], cookies: [a] }`,
    `{ clientSecret: { value: ${secret} }, cookies: [a] }`,
    `{ clientSecret: "${secret} ", cookies: [a] }`,
    `{ clientSecret: "${secret}\\q", cookies: [a] }`,
    `{ clientSecret: "${secret}, cookies: [a] }`,
    `{ clientSecret: *${secret}, cookies: [a] }`,
    `{ clientSecret: !${secret} x, cookies: [a] }`,
    `{ clientSecret: !!binary ${secret}, cookies: [a] }`,
    `{ clientSecret: @${secret}, cookies: [a] }`,
    `{ clientSecret: ] ${secret}`,
    `\n  clientSecret: a\n   b: ${secret}\n`,
    `\n    clientSecret:${secret}\n    cookies: [a]\n`,
    `\n    clientSecret: x\n    ${secret}\n`,
    `\n    clientSecret: "x" ${secret}\n`,
    `\n    clientSecret: \${${secret}\n`,
    `{ clientAuth: ${secret}, prompt: ${secret}, params: ${secret}, scope: ${secret}, timeout: ${secret}, cookies: ["${secret}="] }`,
    '{ clientAuth: "${S}", prompt: "${S}", params: "${S}", scope: "${S}", timeout: "${S}", cookies: ["${S}="] }',
    '{ clientSecret: "${S} ${file:s} ", cookies: "${S}" }',
  ]
  for (const place of places) {
    const text = `${base.replace(/probe: .*/, `probe: ${place}`)}store: ${secret}\nhosts: [${secret}]\n`
    const folder = t.testdir({ 'gateway.yaml': text, s: secret })
    const error = t.throws(() =>
      loadConfig(join(folder, 'gateway.yaml'), { ...env, S: secret }),
    ) as ConfigError
    t.type(error, ConfigError)
    t.notMatch([error.message, error.stack, JSON.stringify(error)].join(), secret, place)
    t.ok(error.problems.length > 0)
  }
})

function load(t: Test, files: Parameters<Test['testdir']>[0]) {
  return loadConfig(join(t.testdir(files), 'gateway.yaml'), env)
}

function findProblems(file: string, given: Record<string, string>): string {
  try {
    loadConfig(file, given)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

t.test('each policy knows where it stands', async (t) => {
  const yaml = `${base}defaults:
  unenrolled: deny
  methods: [PASSKEY]
clientsDir: clients.d
clients:
  web:
    mode: enforce
    redirectUris: [https://app.example.com/cb]
    unenrolled: allow
  second: { clientId: other/name, mode: monitor, redirectUris: [https://b.example.com/cb] }
protectedPaths:
  - { path: /account }
  - { path: /admin, remember: 5m }
passkeys: { tenantId: tenant }
`
  const file = 'mode: off\n'
  const config = load(t, { 'gateway.yaml': yaml, 'clients.d': { 'third.yaml': file } })
  const { defaults, clients, protectedPaths, passkeys } = config
  t.match(defaults.origin, { section: 'defaults', at: 'gateway.yaml:7', inherited: [] })
  t.strictSame(clients.get('web')?.origin, {
    section: 'clients.web',
    at: 'gateway.yaml:12',
    keys: {
      mode: 'gateway.yaml:13',
      redirectUris: 'gateway.yaml:14',
      unenrolled: 'gateway.yaml:15',
      methods: 'gateway.yaml:9',
    },
    inherited: ['methods'],
  })
  t.match(clients.get('other/name')?.origin, { section: 'clients.second', at: 'gateway.yaml:16' })
  t.match(clients.get('third')?.origin, {
    section: 'clients.third',
    at: 'clients.d/third.yaml:1',
    keys: { mode: 'clients.d/third.yaml:1', methods: 'gateway.yaml:9' },
  })
  t.match(protectedPaths[1]?.policy.origin, { section: 'protectedPaths[1]', at: 'gateway.yaml:19' })
  t.match(passkeys?.policy.origin, { section: 'passkeys', at: 'gateway.yaml:20' })
  t.match(load(t, { 'gateway.yaml': base }).defaults.origin, {
    section: 'defaults',
    at: 'gateway.yaml:1',
    keys: {},
  })
})
