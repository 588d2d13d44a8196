import t from 'tap'
import { nameStore } from '../../src/store/name-store.ts'
import { settingsOf } from './redis/open-store.ts'

const secret = { username: 'gateway', password: 'the password' }
const table: [store: unknown, name: string][] = [
  ['redis://localhost', 'redis://localhost:6379'],
  [{ url: 'rediss://[fd00::1]:7000/3', ...secret }, 'rediss://[fd00::1]:7000'],
  [{ cluster: ['redis://a', 'redis://b:7001'], ...secret }, 'the cluster of redis://a:6379, redis://b:7001'],
  [
    { sentinel: { name: 'main', nodes: ['rediss://s:26379'], ...secret } },
    'main, by the sentinels rediss://s:26379',
  ],
]

t.test('the name of a store', async (t) => {
  for (const [store, name] of table) t.equal(nameStore(settingsOf(store)), name)
})
