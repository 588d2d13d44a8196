import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'

function startStore(t: Tap, maxPerKind?: number) {
  const clock = { now: 0 }
  const store = createMemoryStore(() => clock.now, maxPerKind)
  t.teardown(() => store.close())
  return { clock, store }
}
type Tap = { teardown(end: () => unknown): void }

t.test('an entry lives as long as it was given', async (t) => {
  const { clock, store } = startStore(t)
  await store.set('kind:a', '1', 1000)
  clock.now = 999
  t.equal(await store.get('kind:a'), '1')
  clock.now = 1000
  t.equal(await store.get('kind:a'), undefined)
})

t.test('add writes only where nothing is, or nothing is any more', async (t) => {
  const { clock, store } = startStore(t)
  t.equal(await store.add('kind:a', '1', 1000), true)
  t.equal(await store.add('kind:a', '2', 1000), false)
  t.equal(await store.get('kind:a'), '1')
  clock.now = 1000
  t.equal(await store.add('kind:a', '3', 1000), true)
  t.equal(await store.get('kind:a'), '3')
})

t.test('replace writes only over what was expected', async (t) => {
  const { clock, store } = startStore(t)
  t.equal(await store.replace('kind:a', '1', '2', 1000), false)
  await store.set('kind:a', '1', 1000)
  t.equal(await store.replace('kind:a', '2', '3', 1000), false)
  t.equal(await store.replace('kind:a', '1', '2', 1000), true)
  clock.now = 1000
  t.equal(await store.replace('kind:a', '2', '3', 1000), false)
})

t.test('past its bound a kind loses its oldest entry, and no other kind does', async (t) => {
  const { store } = startStore(t, 2)
  await store.set('other:a', '1', 1000)
  for (const name of ['a', 'b', 'c']) await store.set(`kind:${name}`, '1', 1000)
  t.equal(await store.get('kind:a'), undefined)
  t.equal(await store.get('kind:b'), '1')
  t.equal(await store.get('kind:c'), '1')
  t.equal(await store.get('other:a'), '1')
})

t.test('writing again makes an entry the youngest', async (t) => {
  const { store } = startStore(t, 2)
  for (const name of ['a', 'b', 'a', 'c']) await store.set(`kind:${name}`, '1', 1000)
  t.equal(await store.get('kind:a'), '1')
  t.equal(await store.get('kind:b'), undefined)
})

t.test('expired entries are swept out every minute', async (t) => {
  const timers: (() => void)[] = []
  const original = globalThis.setInterval
  t.intercept(globalThis, 'setInterval', {
    value: (run: () => void, ms: number) => {
      timers.push(run)
      return original(() => undefined, ms)
    },
  })
  const { clock, store } = startStore(t, 2)
  await store.set('kind:b', '1', 5000)
  await store.set('kind:a', '1', 1000)
  clock.now = 1000
  for (const run of timers) run()
  await store.set('kind:c', '1', 1000)
  t.equal(await store.get('kind:b'), '1', 'there was room: nothing had to go for c')
})
