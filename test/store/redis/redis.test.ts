import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePorts } from '../../lab/ports.ts'
import { type RedisServer, type RedisServerOptions, startRedis } from '../../lab/redis/server.ts'
import { skip } from '../../lab/redis/skip.ts'
import { answers, openStore, settingsOf } from './open-store.ts'

/** A server, until the test ends. */
async function openServer(t: { teardown(end: () => unknown): void }, options: RedisServerOptions = {}) {
  const server = await startRedis(options)
  t.teardown(() => server.close())
  return server
}

const patient = { connectTimeout: '30s', timeout: '30s' }

/** The smallest rights with which the gateway runs, as docs/store.md has them. */
const rights = [
  'on',
  '>the password',
  'resetkeys',
  '~step-up:*',
  'resetchannels',
  '-@all',
  '+get',
  '+set',
  '+eval',
]

t.test(
  'every key expires by the clock of the server, and has the prefix and the format',
  { skip },
  async (t) => {
    const server = await openServer(t)
    const store = openStore(t, settingsOf({ url: server.url, prefix: 'op-1', ...patient }))
    await store.says(answers)
    await store.set('kind:set', '1', 60_000)
    await store.add('kind:add', '1', 70_000)
    await store.add('kind:replace', '1', 1000_000)
    await store.replace('kind:replace', '1', '2', 80_000)
    const left = async (key: string) => Number(await server.command('PTTL', `op-1:1:${key}`))
    for (const [key, ms] of Object.entries({
      'kind:set': 60_000,
      'kind:add': 70_000,
      'kind:replace': 80_000,
    })) {
      const ttl = await left(key)
      t.ok(ttl > 0 && ttl <= ms, key, { ttl })
    }
    const keys = (await server.command('KEYS', '*')) as string[]
    t.same(keys.sort(), ['op-1:1:alive', 'op-1:1:kind:add', 'op-1:1:kind:replace', 'op-1:1:kind:set'])
    await store.set('kind:set', '1', 0)
    t.ok(Number(await left('kind:set')) <= 1, 'no life is the shortest that there is')
  },
)

t.test('two stores on one server, by prefix and by database', { skip }, async (t) => {
  const server = await openServer(t)
  const places = [`${server.url}/0`, `${server.url}/1`, { url: server.url, prefix: 'other' }]
  const stores = places.map((place) => openStore(t, settingsOf(place)))
  for (const [at, store] of stores.entries()) {
    await store.says(answers)
    await store.set('kind:a', `${at}`, 60_000)
  }
  t.same(await Promise.all(stores.map((store) => store.get('kind:a'))), ['0', '1', '2'])
})

t.test('before it was reached, a store fails at once, and says so', { skip }, async (t) => {
  const [port = 0] = await freePorts(1)
  const store = openStore(t, settingsOf(`redis://127.0.0.1:${port}`))
  t.same(store.outage, { reason: 'it has not been reached yet', hasAnswered: false })
  await t.rejects(store.get('kind:a'), { message: 'it has not been reached yet' })
  await store.says('it can not be reached (ECONNREFUSED)')
  t.match(store.outage, { hasAnswered: false })
  const server = await openServer(t, { port })
  await store.says(answers)
  t.equal(store.outage, undefined)
  t.equal(await store.get('kind:a'), undefined)
  t.same(store.changes, ['it can not be reached (ECONNREFUSED)', answers], 'each is said once')
  t.equal(server.port, port)
})

t.test('a server that is killed and starts again', { skip }, async (t) => {
  const server = await openServer(t)
  const store = openStore(t, settingsOf({ url: server.url, ...patient }))
  await store.says(answers)
  await server.kill()
  await store.says('it closed the connection')
  t.match(store.outage, { hasAnswered: true })
  await t.rejects(store.get('kind:a'))
  await server.restart()
  await store.says(answers)
  t.equal(await store.add('kind:a', '1', 60_000), true)
  t.same(store.changes, [answers, 'it closed the connection', answers])
})

t.test('a server that hangs costs one answer, and nobody waits after it', { skip }, async (t) => {
  const server = await openServer(t)
  // The check does not come before the question: it would find out itself.
  const pace = { firstRetry: 5, longestRetry: 20, check: 3_600_000 }
  const store = openStore(t, settingsOf({ url: server.url, timeout: '500ms', connectTimeout: '500ms' }), pace)
  await store.says(answers)
  server.freeze()
  const asked = Array.from({ length: 30 }, (_, at) => store.set(`kind:${at}`, '1', 60_000).catch(String))
  for (const failure of await Promise.all(asked))
    t.match(failure, /it does not answer within 500 ms|disconnect/i)
  await store.says('it does not answer within 500 ms')
  await t.rejects(store.get('kind:a'), { message: /does not answer|no connection|lost/ })
  server.thaw()
  await store.says(answers)
  t.equal(await store.add('kind:new', '1', 60_000), true)
})

t.test(
  'an idle connection is checked: a server that hangs is noticed without a question',
  { skip },
  async (t) => {
    const server = await openServer(t)
    const store = openStore(t, settingsOf({ url: server.url, timeout: '500ms', connectTimeout: '500ms' }))
    await store.says(answers)
    server.freeze()
    await store.says('it does not answer within 500 ms')
    server.thaw()
    await store.says(answers)
  },
)

/** What makes a server useless that answers, what ends that, and what is said. */
const useless: [name: string, begin: string[][], end: string[][], said: RegExp][] = [
  [
    'a server that became a replica',
    [['REPLICAOF', '127.0.0.1', '1']],
    [['REPLICAOF', 'NO', 'ONE']],
    /^it is a replica, which takes no writes: name the primary/,
  ],
  [
    'a full server that evicts nothing',
    [['CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1']],
    [['CONFIG', 'SET', 'maxmemory', '0']],
    /^its memory is full: raise maxmemory/,
  ],
  [
    'a user that lost a right',
    [['ACL', 'SETUSER', 'default', '-set']],
    [['ACL', 'SETUSER', 'default', '+set']],
    /^it does not let this user do what the gateway needs: grant the commands in docs\/store.md/,
  ],
]
for (const [name, begin, end, said] of useless) {
  t.test(`${name}, and is usable again`, { skip }, async (t) => {
    const server = await openServer(t)
    const store = openStore(t, settingsOf({ url: server.url, ...patient }))
    await store.says(answers)
    for (const words of begin) await server.command(...words)
    await t.rejects(store.add('kind:a', '1', 60_000))
    await store.says(said)
    await t.rejects(store.get('kind:a'), { message: said })
    for (const words of end) await server.command(...words)
    await store.says(answers)
    t.equal(await store.add('kind:a', '1', 60_000), true)
  })
}

t.test('the wrong password is said, and a corrected one is found', { skip }, async (t) => {
  const server = await openServer(t, {
    words: ['--requirepass', 'the password'],
    as: { password: 'the password' },
  })
  const none = openStore(t, settingsOf(server.url))
  await none.says('it asks for a password: set store.password')
  const store = openStore(t, settingsOf({ url: server.url, password: 'another password', ...patient }))
  await store.says('it refuses the user or the password: correct store.username and store.password')
  t.notMatch(store.changes.join(), /another/)
  await server.command('ACL', 'SETUSER', 'default', '>another password')
  await store.says(answers)
})

t.test('a user with the fewest rights', { skip }, async (t) => {
  const server = await openServer(t)
  await server.command('ACL', 'SETUSER', 'gateway', ...rights)
  const store = openStore(
    t,
    settingsOf({ url: server.url, username: 'gateway', password: 'the password', ...patient }),
  )
  await store.says(answers)
  t.equal(await store.add('kind:a', '1', 60_000), true)
  t.equal(await store.replace('kind:a', '1', '2', 60_000), true)
  await store.set('kind:b', '1', 60_000)
  t.equal(await store.get('kind:a'), '2')
  t.same(store.changes, [answers])
})

const tls = join(import.meta.dirname, '..', '..', 'fixtures', 'tls')
const read = (name: string) => readFileSync(join(tls, name), 'utf8')

t.test('TLS with an own CA and a client certificate', { skip }, async (t) => {
  const server = await openTls(t)
  const pair = { cert: read('client.pem'), key: read('client.key') }
  const store = openStore(
    t,
    settingsOf({ url: server.url, tls: { ca: read('ca.pem'), ...pair }, ...patient }),
  )
  await store.says(answers)
  t.equal(await store.add('kind:a', '1', 60_000), true)
  const stranger = openStore(t, settingsOf({ url: server.url, tls: pair, ...patient }))
  await stranger.says(/^it can not be reached \([A-Z_]+\)$/)
})

async function openTls(t: { teardown(end: () => unknown): void }): Promise<RedisServer> {
  const words = ['--tls-cert-file', join(tls, 'address.pem'), '--tls-key-file', join(tls, 'address.key')]
  return openServer(t, {
    words: [...words, '--tls-ca-cert-file', join(tls, 'ca.pem')],
    tls: { ca: read('ca.pem') },
  })
}

t.test('a node of a cluster is no server of its own', { skip }, async (t) => {
  const server = await openServer(t, { isNode: true })
  const store = openStore(t, settingsOf(server.url))
  await store.says('its cluster is down')
})

t.test('a store that is closed says nothing, and answers nothing', { skip }, async (t) => {
  const server = await openServer(t)
  const store = openStore(t, settingsOf(server.url))
  await store.says(answers)
  await store.close()
  await t.rejects(store.get('kind:a'))
  t.same(store.changes, [answers])
  const never = openStore(t, settingsOf(server.url))
  await never.close()
  t.same(never.changes, [])
})
