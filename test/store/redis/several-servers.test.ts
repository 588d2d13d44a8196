import t from 'tap'
import { startCluster } from '../../lab/redis/cluster.ts'
import { pairName, startWatchedPair } from '../../lab/redis/sentinel.ts'
import { skip } from '../../lab/redis/skip.ts'
import { ca, overTls } from '../../lab/redis/tls.ts'
import { answers, openStore, settingsOf } from './open-store.ts'

const patient = { connectTimeout: '30s', timeout: '30s' }

t.test('a cluster of three nodes, of which one dies and is replaced', { skip }, async (t) => {
  const cluster = await startCluster()
  t.teardown(() => cluster.close())
  const store = openStore(t, settingsOf({ cluster: cluster.urls, ...patient }))
  await store.says(answers)

  const keys = Array.from({ length: 30 }, (_, at) => `kind:${at}`)
  t.notOk((await Promise.all(keys.map((key) => store.add(key, '1', 60_000)))).includes(false))
  t.notOk((await Promise.all(keys.map((key) => store.replace(key, '1', '2', 60_000)))).includes(false))
  t.same(new Set(await Promise.all(keys.map((key) => store.get(key)))), new Set(['2']))
  for (const node of cluster.primaries)
    t.ok(Number(await node.command('DBSIZE')) > 0, 'each node holds some of them')

  await cluster.primaries.at(-1)?.kill()
  await store.says('it closed the connection')
  await t.rejects(Promise.all(keys.map((key) => store.get(key))), 'the cluster is gone with one of its nodes')
  await store.says(answers)
  // Not every node hears at once that one has taken over: each time that one still says no, the store is gone once more.
  for (let isWritten = false; !isWritten; ) {
    isWritten = await Promise.all(keys.map((key) => store.set(key, '3', 60_000))).then(
      () => true,
      () => false,
    )
    if (!isWritten) await store.says(answers)
  }
  t.same(new Set(await Promise.all(keys.map((key) => store.get(key)))), new Set(['3']))
})

t.test('a node of a cluster that hangs', { skip }, async (t) => {
  const cluster = await startCluster()
  t.teardown(() => cluster.close())
  const [first] = cluster.primaries
  const timeouts = { connectTimeout: '500ms', timeout: '500ms' }
  const pace = { firstRetry: 5, longestRetry: 20, check: 3_600_000 }
  const store = openStore(t, settingsOf({ cluster: cluster.urls, ...timeouts }), pace)
  await store.says(answers)
  first?.freeze()
  const keys = Array.from({ length: 30 }, (_, at) => `kind:${at}`)
  await t.rejects(Promise.all(keys.map((key) => store.get(key))))
  await store.says('it does not answer within 500 ms')
  first?.thaw()
  await store.says(answers)
  t.equal(await store.add('kind:0', '1', 60_000), true)
})

t.test('what is no cluster', { skip }, async (t) => {
  const pair = await startWatchedPair()
  t.teardown(() => pair.close())
  const store = openStore(t, settingsOf({ cluster: [pair.primary.url], ...patient }))
  await store.says('it answers with an error (ERR)')
})

t.test('sentinels name the primary, and the next one after a failover', { skip }, async (t) => {
  const pair = await startWatchedPair()
  t.teardown(() => pair.close())
  const nodes = ['redis://127.0.0.1:1', pair.sentinel.url]
  const store = openStore(t, settingsOf({ sentinel: { name: pairName, nodes }, ...patient }))
  await store.says(answers)
  t.equal(await store.add('kind:a', '1', 60_000), true)
  await pair.primary.kill()
  await store.says('it closed the connection')
  await store.says(answers)
  t.equal(await store.add('kind:b', '1', 60_000), true)
  t.same(await pair.replica.command('EXISTS', 'step-up:1:kind:b'), 1, 'the replica took over')
})

t.test('sentinels that do not know the name', { skip }, async (t) => {
  const pair = await startWatchedPair()
  t.teardown(() => pair.close())
  const sentinel = { name: 'other', nodes: [pair.sentinel.url] }
  const store = openStore(t, settingsOf({ sentinel, ...patient }))
  await store.says("the sentinels don't know other")
})

/** The smallest rights at the servers, as docs/store.md has them. */
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
const user = { username: 'gateway', password: 'the password', tls: { ca } }

t.test('a cluster by TLS, for a user with the fewest rights', { skip }, async (t) => {
  const cluster = await startCluster(overTls)
  t.teardown(() => cluster.close())
  for (const node of cluster.primaries)
    await node.command('ACL', 'SETUSER', user.username, ...rights, '+cluster|slots')
  const store = openStore(t, settingsOf({ cluster: cluster.urls.slice(0, 1), ...user, ...patient }))
  await store.says(answers)
  const keys = Array.from({ length: 30 }, (_, at) => `kind:${at}`)
  t.notOk((await Promise.all(keys.map((key) => store.add(key, '1', 60_000)))).includes(false))
  t.notOk((await Promise.all(keys.map((key) => store.replace(key, '1', '2', 60_000)))).includes(false))
  t.same(store.changes, [answers])
})

t.test('sentinels by TLS, with users at them and at the servers', { skip }, async (t) => {
  const pair = await startWatchedPair(overTls)
  t.teardown(() => pair.close())
  const at = { username: 'looker', password: 'another password' }
  const look = ['on', `>${at.password}`, '-@all', '+sentinel|get-master-addr-by-name']
  await pair.sentinel.command('ACL', 'SETUSER', at.username, ...look)
  for (const server of [pair.primary, pair.replica])
    await server.command('ACL', 'SETUSER', user.username, ...rights)
  const sentinel = { name: pairName, nodes: [pair.sentinel.url], ...at }
  const store = openStore(t, settingsOf({ sentinel, ...user, ...patient }))
  await store.says(answers)
  await pair.primary.kill()
  await store.says(answers)
  t.equal(await store.add('kind:a', '1', 60_000), true)
  t.same(await pair.replica.command('EXISTS', 'step-up:1:kind:a'), 1, 'the replica took over')
})
