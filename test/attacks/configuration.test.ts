// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are part of the file
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { workMs } from '../lab/work-ms.ts'
import type { World } from '../lab/world.ts'
import { runAttacks } from './frame/run-attacks.ts'

const lines = (more: string[] = [], over: Record<string, string> = {}) =>
  Object.entries({
    publicUrl: 'https://login.example.com',
    upstream: '{ url: "https://op.internal" }',
    provider: '{ probe: { clientSecret: "${PROBE}", cookies: [session] } }',
    authsignal: '{ apiSecretKey: "${KEY}" }',
    ...over,
  })
    .map(([key, value]) => `${key}: ${value}`)
    .concat(more)
    .join('\n')

const environment = { PROBE: 'a long enough probe secret', KEY: 'a long enough tenant secret' }

/** The gateway would not start, and what it says holds none of these words. */
async function isRefused(
  t: Test,
  text: string,
  env: Record<string, string> = environment,
  hidden: string[] = [],
) {
  const folder = t.testdir({ 'gateway.yaml': text })
  let message: string | undefined
  const work = await workMs(() => {
    try {
      loadConfig(join(folder, 'gateway.yaml'), env)
    } catch (error) {
      t.ok(error instanceof ConfigError, 'with an error for operators', { error })
      message = String(error)
    }
  })
  t.ok(message, 'is refused')
  t.ok(work < 2000, 'without much work')
  for (const word of hidden) t.notOk(message?.includes(word), 'no secret is repeated')
}

/** There is no gateway here: the configuration is all that is attacked. */
const nowhere = async () => ({
  world: { log: [] as string[] } as unknown as World,
  secrets: new Set<string>(),
})

runAttacks('the configuration', nowhere, (attack) => {
  attack(
    'Y-01',
    'addresses that lead somewhere else',
    {
      'http upstream at a public address': lines([], { upstream: '{ url: "http://203.0.113.7" }' }),
      'upstream with credentials': lines([], { upstream: '{ url: "https://user:pass@op.internal" }' }),
      'a file': lines([], { upstream: '{ url: "file:///etc/passwd" }' }),
      'the metadata service': lines([], { upstream: '{ url: "http://169.254.169.254" }' }),
      'any address': lines([], { upstream: '{ url: "http://0.0.0.0" }' }),
      'upstream with a path': lines([], { upstream: '{ url: "https://op.internal/x" }' }),
      'a decimal address': lines([], { upstream: '{ url: "http://2852039166" }' }),
      'a socket': lines([], { upstream: '{ url: "unix:/run/op.sock" }' }),
      'http apiUrl': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", apiUrl: "http://api.authsignal.com/v1" }',
      }),
      'apiUrl with credentials': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", apiUrl: "https://a:b@api.authsignal.com/v1" }',
      }),
      'apiUrl on a private address by http': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", apiUrl: "http://10.0.0.1/v1" }',
      }),
      'http publicUrl': lines([], { publicUrl: 'http://login.example.com' }),
      'publicUrl with credentials': lines([], { publicUrl: 'https://a:b@login.example.com' }),
      'challengeHosts with a star alone': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", challengeHosts: ["*"] }',
      }),
      'challengeHosts by http': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", challengeHosts: ["http://mfa.example.com"] }',
      }),
      'challengeHosts of a whole top-level domain': lines([], {
        authsignal: '{ apiSecretKey: "${KEY}", challengeHosts: ["*.com"] }',
      }),
      'trusting the whole Internet': lines(['trustedProxies: ["0.0.0.0/0"]']),
    },
    (t, _stage, text) => isRefused(t, text),
  )
  attack(
    'Y-02',
    'YAML that is more than it seems',
    {
      'a billion laughs': `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n${lines()}`,
      'an alias': lines(['x: &x 1', 'y: *x']),
      'a merge key': lines(['<<: { publicUrl: "https://a.example.com" }']),
      'a custom tag': lines([], { publicUrl: '!!js/function "function(){}"' }),
      'a tag of a key': lines(['!!binary aGVsbG8=: x']),
      'a key twice': lines(['publicUrl: https://other.example.com']),
      'a client twice': lines(['clients: { web: { mode: off }, web: { mode: off } }']),
      'an unknown key': lines(['publicURL: https://other.example.com']),
      'an unknown key of a client': lines(['clients: { web: { mode: off, grant: [] } }']),
      '2 MiB': `${lines()}\n#${'x'.repeat(2 * 1024 * 1024)}`,
      'deep nesting': lines([`x: ${'['.repeat(50_000)}${']'.repeat(50_000)}`]),
      'deep flow mappings': lines([`x: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`]),
      'two documents': `${lines()}\n---\n${lines()}`,
      'another version': `%YAML 1.1\n---\n${lines()}`,
      'a mode that YAML 1.1 reads as false': lines([
        'clients: { web: { mode: no, redirectUris: [https://a.example/cb] } }',
      ]),
      empty: '',
      'a list': '- a',
      'bytes that are not text': '\0\x01\x02',
    },
    (t, _stage, text) => isRefused(t, text),
  )
  attack(
    'Y-02',
    'files that are none',
    { 'a symbolic link to a device': '/dev/zero', 'a link to itself': 'gateway.yaml', 'a folder': '.' },
    async (t, _stage, to) => {
      const folder = t.testdir({})
      const file = join(folder, 'gateway.yaml')
      await symlink(to, file)
      t.throws(() => loadConfig(file, environment), ConfigError)
      await writeFile(join(folder, 'other.yaml'), '')
    },
  )
  attack(
    'Y-04',
    'secrets that are none',
    {
      'not set': [{ PROBE: environment.PROBE }, ''],
      empty: [{ ...environment, KEY: '' }, ''],
      'white space': [{ ...environment, KEY: '        ' }, ''],
      short: [{ ...environment, KEY: 'abc12' }, 'abc12'],
      'of the documentation': [{ ...environment, KEY: 'your-secret-here' }, ''],
      changeme: [{ ...environment, PROBE: 'changeme123' }, ''],
      'a line end at its end': [{ ...environment, PROBE: 'a good secret of old\n' }, 'a good secret'],
      'an empty probe secret': [{ ...environment, PROBE: '' }, ''],
    } as Record<string, [Record<string, string>, string]>,
    (t, _stage, [env, hidden]) => isRefused(t, lines(), env, hidden === '' ? [] : [hidden]),
  )
  attack(
    'Y-04',
    'references to nothing',
    {
      'an issuer': lines([], {
        provider: '{ issuer: "${NOTHING}", probe: { clientSecret: "${PROBE}", cookies: [s] } }',
      }),
      'a public address': lines([], { publicUrl: '"${NOTHING}"' }),
      'a file': lines([], { authsignal: '{ apiSecretKey: "${file:/nowhere/key}" }' }),
      'a default that is written in': lines([], { authsignal: '{ apiSecretKey: "${KEY:-fallback-value}" }' }),
      'an open brace': lines([], { authsignal: '{ apiSecretKey: "${KEY" }' }),
      'a name of the prototype': lines([], { authsignal: '{ apiSecretKey: "${constructor}" }' }),
    },
    (t, _stage, text) => isRefused(t, text),
  )
  attack(
    'Y-05',
    'names of the prototype',
    {
      'a top-level key': lines(['__proto__: { mode: off }']),
      constructor: lines(['constructor: { prototype: { mode: off } }']),
      'a key of defaults': lines(['defaults: { __proto__: { mode: enforce } }']),
      'a key of a client': lines(['clients: { web: { mode: off, __proto__: { onError: allow } } }']),
      toString: lines(['toString: x']),
    },
    async (t, _stage, text) => {
      await isRefused(t, text)
      t.equal(({} as Record<string, unknown>)['mode'], undefined, 'nothing is polluted')
    },
  )
  attack(
    'Y-05',
    'clients with such names are clients like others, or refused',
    ['__proto__', 'constructor', 'hasOwnProperty', 'toString'],
    async (t, _stage, name) => {
      const text = lines([
        `clients: { "${name}": { mode: enforce, redirectUris: ["https://a.example/cb"] } }`,
      ])
      const file = join(t.testdir({ 'gateway.yaml': text }), 'gateway.yaml')
      try {
        const { clients } = loadConfig(file, environment)
        t.equal(clients.get(name)?.mode, 'enforce', 'what is written counts')
      } catch (error) {
        t.ok(error instanceof ConfigError, 'or is refused')
      }
      t.equal(({} as Record<string, unknown>)['mode'], undefined)
    },
  )
})
