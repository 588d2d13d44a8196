import t from 'tap'
import { watchStore } from '../../src/metrics/watch-store.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { noteInstruments } from './watch-parts.ts'

t.test('each question to the store is timed', async (t) => {
  const { instruments, notes } = noteInstruments()
  const inner = createMemoryStore(() => 0)
  const store = watchStore(inner, instruments)
  await store.open?.()
  t.ok(await store.add('a:1', 'x', 1000))
  await store.set('a:1', 'y', 1000, { kind: 'user', name: 'alice' })
  t.ok(await store.replace('a:1', 'y', 'z', 1000))
  t.equal(await store.get('a:1'), 'z')
  t.same(
    notes,
    ['add', 'set', 'replace', 'get'].map((operation) => ['store_duration_seconds', { operation }]),
  )
  t.match(store.rooms, [
    { kind: 'a', owner: 'stranger', usedBytes: 0 },
    { kind: 'a', owner: 'user' },
  ])
  t.equal(store.outage, undefined)
  await store.close()
})

t.test('one without an answer is counted', async (t) => {
  const { instruments, notes } = noteInstruments()
  const gone = async () => {
    throw new Error('gone')
  }
  const outage = { reason: 'gone', hasAnswered: true }
  let isOpen = false
  const open = async () => {
    isOpen = true
  }
  const inner = { outage, open, get: gone, set: gone, add: gone, replace: gone, close: async () => undefined }
  const store = watchStore(inner, instruments)
  await store.open?.()
  t.ok(isOpen)
  await t.rejects(store.get('a:1'), /gone/)
  t.same(notes, [['store_failures_total', { operation: 'get' }]])
  t.equal(store.outage, outage)
  t.equal(store.rooms, undefined)
})
