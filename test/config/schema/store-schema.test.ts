import t from 'tap'
import { describeStore, storeSchema } from '../../../src/config/schema/store-schema.ts'
import { pems } from '../pems.ts'

const { cert, key } = pems.localhost
const usual = { prefix: 'step-up', tls: {}, connectTimeout: 2000, timeout: 500 }

const good: [store: unknown, settings: unknown][] = [
  ['memory', 'memory'],
  [
    'redis://valkey',
    {
      ...usual,
      isTls: false,
      topology: { kind: 'single', node: { host: 'valkey', port: 6379 }, database: 0 },
    },
  ],
  [
    'rediss://[fd00::1]:7000/12',
    {
      ...usual,
      isTls: true,
      topology: { kind: 'single', node: { host: 'fd00::1', port: 7000 }, database: 12 },
    },
  ],
  [
    { cluster: ['rediss://a', 'rediss://b:7001'], tls: { ca: cert, cert, key }, timeout: '1s' },
    {
      ...usual,
      timeout: 1000,
      isTls: true,
      tls: { ca: cert, cert, key },
      topology: {
        kind: 'cluster',
        nodes: [
          { host: 'a', port: 6379 },
          { host: 'b', port: 7001 },
        ],
      },
    },
  ],
  [
    {
      sentinel: { name: 'main', nodes: ['redis://10.0.0.1:26379'], password: 'of sentinels', database: 2 },
      username: 'gateway',
      password: 'of servers',
      prefix: 'op-1',
    },
    {
      ...usual,
      prefix: 'op-1',
      username: 'gateway',
      password: 'of servers',
      isTls: false,
      topology: {
        kind: 'sentinel',
        name: 'main',
        nodes: [{ host: '10.0.0.1', port: 26_379 }],
        password: 'of sentinels',
        database: 2,
      },
    },
  ],
]

t.test('what may be written', async (t) => {
  for (const [store, settings] of good)
    t.same(describeStore(storeSchema.parse(store)), settings, JSON.stringify(store))
})

const notUrl = 'is not a redis:// or rediss:// URL'
const bad: [store: unknown, faults: string[]][] = [
  ['', [': is empty']],
  ['valkey:6379', [`: ${notUrl}`]],
  ['http://valkey', [`: ${notUrl}`]],
  ['redis://Valkey', [`: ${notUrl}`]],
  ['redis://valkey:65536', [`: ${notUrl}`]],
  ['redis://[::zz]', [`: ${notUrl}`]],
  ['redis://valkey/zero', [`: ${notUrl}`]],
  ['redis://valkey?db=1', [`: ${notUrl}`]],
  ['redis://203.0.113.7', [': is plain redis, which is accepted inside a private network only']],
  ['redis://:secret@valkey', [': holds a user name or password: username and password are keys beside url']],
  [{}, [': names no server']],
  [{ url: 'redis://a', cluster: ['redis://a'] }, [': names its servers in more than one way']],
  [{ cluster: ['redis://a/1'] }, ['cluster.0: names a database']],
  [{ cluster: ['redis://a', 'rediss://b'] }, ['cluster: mixes redis:// and rediss://']],
  [
    { sentinel: { name: 'main', nodes: ['redis://a', 'rediss://b'], username: 'x' } },
    ['sentinel: mixes redis:// and rediss://', 'sentinel.username: has no password'],
  ],
  [{ url: 'redis://a', tls: { ca: cert } }, ['tls: is not used without TLS']],
  [{ url: 'rediss://a', tls: { cert } }, ['tls: has a cert without its key']],
  [{ url: 'rediss://a', tls: { key } }, ['tls: has a key without its cert']],
  [{ url: 'rediss://a', username: 'gateway' }, ['username: has no password']],
  [{ url: 'rediss://a', username: 'a b', password: 'of servers' }, ['username: is not a user name']],
  [{ url: 'rediss://a', prefix: '{one slot}' }, ['prefix: is not a prefix']],
]

t.test('what may not', async (t) => {
  for (const [store, faults] of bad) {
    const { error } = storeSchema.safeParse(store)
    t.same(
      error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
      faults,
      JSON.stringify(store),
    )
  }
})
