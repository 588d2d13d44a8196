import t from 'tap'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { traceStore } from '../../src/tracing/trace-store.ts'
import type { StoreUse } from '../../src/tracing/tracing.ts'

const key = 'stepUps:AbCdEf'

function trace(store: Store) {
  const uses: StoreUse[] = []
  return { traced: traceStore(store, { countStoreUse: (use) => uses.push(use) }), uses }
}

t.test('each use is counted, and does what it did', async (t) => {
  const { traced, uses } = trace(createMemoryStore(() => 1000))
  await traced.set(key, 'a', 1000)
  t.equal(await traced.get(key), 'a')
  t.equal(await traced.add(key, 'b', 1000), false)
  t.equal(await traced.replace(key, 'a', 'c', 1000), true)
  t.equal(traced.outage, undefined)
  t.match(
    uses,
    ['set', 'get', 'add', 'replace'].map((operation) => ({
      operation,
      collection: 'stepUps',
      ms: Number,
      hasFailed: false,
    })),
  )
  t.notMatch(JSON.stringify(uses), 'AbCdEf', 'what a record is found by is not told')
  await traced.close()
})

t.test('a store that fails', async (t) => {
  const outage = { reason: 'gone', hasAnswered: true }
  const { traced, uses } = trace({
    ...createMemoryStore(() => 1000),
    outage,
    get: async () => {
      throw new Error('gone')
    },
  })
  await t.rejects(traced.get(key), { message: 'gone' })
  t.match(uses, [{ operation: 'get', hasFailed: true }])
  t.equal(traced.outage, outage)
})
