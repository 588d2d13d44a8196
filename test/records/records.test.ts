import t from 'tap'
import { boundRecords } from '../../src/records/record-bounds.ts'
import { createRecords } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'

const mib = 1024 * 1024
const times = { timeout: 600_000, session: 600_000 }

/** The kinds that the records are written under. */
async function readKinds(): Promise<string[]> {
  const keys: string[] = []
  const memory = createMemoryStore(Date.now)
  const store: Store = {
    ...memory,
    get: async (key) => {
      keys.push(key)
      return undefined
    },
  }
  for (const collection of Object.values(createRecords(store, times))) await collection.get('x')
  return keys.map((key) => key.slice(0, key.indexOf(':')))
}

t.test('each kind of record has room of its own, and all together a part of the heap', async (t) => {
  const kinds = await readKinds()
  const own = boundRecords(256 * mib)
  const unknown = own('unknown', 'user')
  t.ok(kinds.length > 10)
  let sum = 0
  for (const kind of kinds) {
    const [strangers, users] = [own(kind, 'stranger'), own(kind, 'user')]
    sum += strangers + users
    t.ok(strangers >= unknown && users >= unknown, kind)
  }
  t.ok(sum < 0.55 * 256 * mib, 'far below the heap', { sum })
  t.equal(own('step-up', 'user'), boundRecords(128 * mib)('step-up', 'user') * 2)
  t.equal(boundRecords(4096 * mib)('step-up', 'user'), boundRecords(2048 * mib)('step-up', 'user'))
})
