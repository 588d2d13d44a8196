import t from 'tap'
import { createId } from '../../src/hash.ts'
import { Refusal } from '../../src/refusal.ts'
import { createCollection } from '../../src/store/collection.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

interface Counter {
  readonly count: number
}

function startCounters(t: { teardown(end: () => unknown): void }) {
  const store = createMemoryStore(Date.now)
  t.teardown(() => store.close())
  return { store, counters: createCollection<Counter>(store, 'counter', 1000) }
}

t.test('ids never become keys', async (t) => {
  const keys: string[] = []
  const { store } = startCounters(t)
  const watched: Store = { ...store, set: async (key) => void keys.push(key) }
  await createCollection<Counter>(watched, 'counter', 1000).set('a secret', { count: 1 })
  t.equal(keys.length, 1)
  t.match(keys[0], /^counter:[\w-]{43}$/)
})

t.test('ids are 128 random bits', (t) => {
  t.match(createId(), /^[\w-]{22}$/)
  t.not(createId(), createId())
  t.end()
})

t.test('a record is what was written', async (t) => {
  const { counters } = startCounters(t)
  t.equal(await counters.get('a'), undefined)
  await counters.set('a', { count: 1 })
  t.strictSame(await counters.get('a'), { count: 1 })
  t.equal(await counters.add('a', { count: 2 }), false)
  t.equal(await counters.add('b', { count: 2 }), true)
})

t.test('steps of one record never get lost, however many come at once', async (t) => {
  const { counters } = startCounters(t)
  await counters.set('a', { count: 0 })
  const step = () => counters.update('a', ({ count }) => ({ count: count + 1 }))
  await Promise.all(Array.from({ length: 10 }, step))
  t.strictSame(await counters.get('a'), { count: 10 })
})

t.test('a step may leave the record alone, and there is none of a record that is not there', async (t) => {
  const { counters } = startCounters(t)
  t.equal(await counters.update('a', () => ({ count: 1 })), undefined)
  await counters.set('a', { count: 1 })
  t.equal(await counters.update('a', () => undefined), undefined)
  t.strictSame(await counters.get('a'), { count: 1 })
})

const rooms = { 'for the store': 256 * 1024, 'for any record': 512 * 1024 }
for (const [whom, length] of Object.entries(rooms)) {
  t.test(`what is too large ${whom} is refused, and what was there stays`, async (t) => {
    const store = createMemoryStore(Date.now, 10, () => 32 * length)
    t.teardown(() => store.close())
    const texts = createCollection<string>(store, 'text', 1000)
    await texts.set('a', 'short')
    await texts.set('b', 'x'.repeat(length - 2))
    const text = 'x'.repeat(length * (whom === 'for the store' ? 2 : 1))
    const refusal = { code: 'store_unavailable', message: /too large/ }
    await t.rejects(texts.set('a', text), refusal)
    await t.rejects(texts.add('c', text), refusal)
    await t.rejects(
      texts.update('a', () => text),
      refusal,
    )
    t.equal(await texts.get('a'), 'short')
  })
}

t.test('whose a record is reaches the store', async (t) => {
  const { store } = startCounters(t)
  const alice = { kind: 'user', name: 'alice' } as const
  const owners: unknown[] = []
  const watched: Store = {
    ...store,
    set: async (_key, _value, _ttlMs, owner) => void owners.push(owner),
    add: async (_key, _value, _ttlMs, owner) => owners.push(owner) > 0,
    get: async () => '{}',
    replace: async (_key, _expected, _value, _ttlMs, owner) => owners.push(owner) > 0,
  }
  const counters = createCollection<Counter>(watched, 'counter', 1000)
  await counters.set('a', { count: 1 }, alice)
  await counters.add('b', { count: 1 }, alice)
  await counters.update('a', (count) => count, alice)
  await counters.update('a', (count) => count)
  t.same(owners, [alice, alice, alice, undefined])
})

t.test('a store that never lets a step through is unavailable', async (t) => {
  const { store } = startCounters(t)
  const busy: Store = { ...store, replace: async () => false }
  const counters = createCollection<Counter>(busy, 'counter', 1000)
  await counters.set('a', { count: 1 })
  await t.rejects(
    counters.update('a', ({ count }) => ({ count })),
    { code: 'store_unavailable' },
  )
})

t.test('a store that fails is unavailable, whatever it was asked', async (t) => {
  const fail = async () => {
    throw new Error('connection lost')
  }
  const broken: Store = { get: fail, set: fail, add: fail, replace: fail, close: fail }
  const counters = createCollection<Counter>(broken, 'counter', 1000)
  const questions = [
    () => counters.get('a'),
    () => counters.set('a', { count: 1 }),
    () => counters.add('a', { count: 1 }),
    () => counters.update('a', (current) => current),
  ]
  for (const ask of questions) {
    const error = await ask().catch((reason: unknown) => reason)
    t.ok(error instanceof Refusal)
    t.match(error, { code: 'store_unavailable', statusCode: 503 })
  }
})
