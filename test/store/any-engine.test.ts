import t, { type Test } from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { startRedis } from '../lab/redis/server.ts'
import { skip } from '../lab/redis/skip.ts'
import { answers, openStore, settingsOf } from './redis/open-store.ts'

/** An engine with nothing in it. */
interface Engine {
  readonly store: Store
  /** Lets an entry expire. */
  expire(key: string): Promise<unknown>
}

/** What holds for every engine. */
const table: [name: string, holds: (t: Test, engine: Engine) => Promise<void>][] = [
  [
    'an entry is what was written last, and absent once it has expired',
    async (t, { store, expire }) => {
      t.equal(await store.get('kind:a'), undefined)
      await store.set('kind:a', '1', 1000)
      await store.set('kind:a', '{"text":"\\u0000 é 𝄞"}', 1000)
      t.equal(await store.get('kind:a'), '{"text":"\\u0000 é 𝄞"}')
      t.equal(await store.get('other:a'), undefined)
      await expire('kind:a')
      t.equal(await store.get('kind:a'), undefined)
    },
  ],
  [
    'add writes only where nothing is, or nothing is any more',
    async (t, { store, expire }) => {
      t.equal(await store.add('kind:a', '1', 1000), true)
      t.equal(await store.add('kind:a', '2', 1000), false)
      t.equal(await store.get('kind:a'), '1')
      await expire('kind:a')
      t.equal(await store.add('kind:a', '3', 1000), true)
      t.equal(await store.get('kind:a'), '3')
    },
  ],
  [
    'replace writes only over what was expected',
    async (t, { store, expire }) => {
      t.equal(await store.replace('kind:a', '1', '2', 1000), false)
      t.equal(await store.get('kind:a'), undefined)
      await store.set('kind:a', '1', 1000)
      t.equal(await store.replace('kind:a', '2', '3', 1000), false)
      t.equal(await store.get('kind:a'), '1')
      t.equal(await store.replace('kind:a', '1', '2', 1000), true)
      t.equal(await store.get('kind:a'), '2')
      await expire('kind:a')
      t.equal(await store.replace('kind:a', '2', '3', 1000), false)
    },
  ],
  [
    'of many who add at once, one does; of many who replace at once, one does',
    async (t, { store }) => {
      const writers = Array.from({ length: 20 }, (_, at) => `${at}`)
      const added = await Promise.all(writers.map((writer) => store.add('kind:a', writer, 1000)))
      t.equal(added.filter(Boolean).length, 1)
      t.equal(await store.get('kind:a'), writers[added.indexOf(true)])
      await store.set('kind:a', 'old', 1000)
      const replaced = await Promise.all(
        writers.map((writer) => store.replace('kind:a', 'old', writer, 1000)),
      )
      t.equal(replaced.filter(Boolean).length, 1)
      t.equal(await store.get('kind:a'), writers[replaced.indexOf(true)])
    },
  ],
  [
    'a long entry',
    async (t, { store }) => {
      const text = 'x'.repeat(200_000)
      await store.set('kind:a', text, 1000)
      t.equal(await store.get('kind:a'), text)
      t.equal(await store.replace('kind:a', text, `${text}y`, 1000), true)
    },
  ],
]

t.test('in memory', async (t) => {
  for (const [name, holds] of table) {
    await t.test(name, async (t) => {
      const clock = { now: 0 }
      const store = createMemoryStore(() => clock.now)
      t.teardown(() => store.close())
      await holds(t, { store, expire: async () => (clock.now += 1000) })
    })
  }
})

t.test('on a server', { skip }, async (t) => {
  const server = await startRedis()
  t.teardown(() => server.close())
  for (const [name, holds] of table) {
    await t.test(name, async (t) => {
      await server.command('FLUSHALL')
      const store = openStore(t, { ...settingsOf(server.url), timeout: 60_000 })
      await store.says(answers)
      await holds(t, { store, expire: (key) => server.command('PEXPIREAT', `step-up:1:${key}`, '1') })
    })
  }
})
