import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import { EntryTooLarge, type Owner } from '../../src/store/store.ts'

function startStore(t: Tap, maxPerKind?: number, maxBytes?: number) {
  const clock = { now: 0 }
  const store = createMemoryStore(
    () => clock.now,
    maxPerKind,
    maxBytes === undefined ? undefined : () => maxBytes,
  )
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

const stranger: Owner = { kind: 'stranger', name: '192.0.2.1' }
const alice: Owner = { kind: 'user', name: 'alice' }
const bob: Owner = { kind: 'user', name: 'bob' }

t.test('past its bytes a kind loses what is oldest', async (t) => {
  const { store } = startStore(t, 1000, 100_000)
  const text = 'x'.repeat(5000)
  for (let at = 0; at < 40; at++) await store.set(`kind:${at}`, text, 1000)
  const left = await Promise.all(Array.from({ length: 40 }, (_, at) => store.get(`kind:${at}`)))
  t.equal(left.filter((value) => value !== undefined).length, 18, 'with what an entry takes beside its text')
  t.equal(left[0], undefined)
  t.equal(left[39], text)
})

t.test('a character outside ASCII makes a text twice as long', async (t) => {
  const { store } = startStore(t, 1000, 16 * 10_000)
  await store.set('kind:a', 'x'.repeat(9000), 1000)
  await t.rejects(store.set('kind:a', `${'x'.repeat(5000)}…`, 1000), EntryTooLarge)
  t.equal((await store.get('kind:a'))?.length, 9000, 'what was there stays')
})

t.test('one entry takes no more than a sixteenth of the room of its kind', async (t) => {
  const { store } = startStore(t, 1000, 16 * 10_000)
  await store.set('kind:a', 'x'.repeat(9000), 1000)
  await t.rejects(store.add('kind:b', 'x'.repeat(10_000), 1000), EntryTooLarge)
  await t.rejects(store.replace('kind:a', 'x'.repeat(9000), 'x'.repeat(10_000), 1000), EntryTooLarge)
})

t.test("no stranger pushes out what is a user's, and no user what is another's", async (t) => {
  const { store } = startStore(t, 2)
  await store.set('kind:alice', '1', 1000, alice)
  for (const name of ['a', 'b', 'c']) await store.set(`kind:${name}`, '1', 1000, stranger)
  for (const name of ['d', 'e', 'f', 'g']) await store.set(`kind:${name}`, '1', 1000, bob)
  t.equal(await store.get('kind:alice'), '1')
  t.equal(await store.get('kind:a'), undefined)
  t.equal(await store.get('kind:c'), '1')
  t.equal(await store.get('kind:f'), undefined)
  t.equal(await store.get('kind:g'), '1')
})

t.test('an entry goes over to a user, and never back', async (t) => {
  const { store } = startStore(t, 2)
  await store.set('kind:a', '1', 1000, stranger)
  await store.replace('kind:a', '1', '2', 1000, alice)
  await store.replace('kind:a', '2', '3', 1000, stranger)
  await store.replace('kind:a', '3', '4', 1000)
  for (const name of ['b', 'c', 'd']) await store.set(`kind:${name}`, '1', 1000, stranger)
  t.equal(await store.get('kind:a'), '4')
})

t.test('a clock that is set back brings nothing back and lets nothing live longer', async (t) => {
  const { clock, store } = startStore(t)
  clock.now = 1_000_000
  await store.set('kind:a', '1', 1000)
  await store.set('kind:b', '1', 2000)
  clock.now += 1000
  t.equal(await store.get('kind:a'), undefined)
  clock.now = 0
  t.equal(await store.get('kind:a'), undefined)
  t.equal(await store.get('kind:b'), '1')
  clock.now = 999
  t.equal(await store.get('kind:b'), '1')
  clock.now = 1000
  t.equal(await store.get('kind:b'), undefined)
})

t.test('a clock that is set forward and back again does not stop', async (t) => {
  const { clock, store } = startStore(t)
  clock.now = 1_000_000
  await store.get('kind:a')
  clock.now = 0
  await store.set('kind:a', '1', 1000)
  clock.now = 1000
  t.equal(await store.get('kind:a'), undefined)
})

t.test('expired entries are swept out, so many in one turn', async (t) => {
  const timers: (() => void)[] = []
  const original = globalThis.setInterval
  t.intercept(globalThis, 'setInterval', {
    value: (run: () => void, ms: number) => {
      timers.push(run)
      return original(() => undefined, ms)
    },
  })
  const { clock, store } = startStore(t, 2500)
  for (let at = 0; at < 2500; at++) await store.set(`kind:${at}`, '1', at === 0 ? 5000 : 1000, alice)
  clock.now = 1000
  /** Written one by one, they push the eldest out as soon as there is no room. */
  let written = 0
  const write = async (count: number) => {
    for (let at = 0; at < count; at++) await store.set(`kind:new ${written++}`, '1', 10_000, alice)
    return store.get('kind:0')
  }
  for (const run of timers) run()
  t.equal(await write(999), '1', 'one turn made room for so many')
  for (const run of [...timers, ...timers, ...timers, ...timers]) run()
  t.equal(await write(1500), '1', 'further turns for all that were expired')
  t.equal(await write(1), undefined)
})
