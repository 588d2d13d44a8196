import t from 'tap'
import { boundRecords } from '../../src/step-up/record-bounds.ts'
import { createRecords, type InFlightRequest } from '../../src/step-up/records.ts'
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
  t.ok(sum < 0.45 * 256 * mib, 'far below the heap', { sum })
  t.equal(own('step-up', 'user'), boundRecords(128 * mib)('step-up', 'user') * 2)
  t.equal(boundRecords(4096 * mib)('step-up', 'user'), boundRecords(2048 * mib)('step-up', 'user'))
})

const request: InFlightRequest = { clientId: 'web', scope: ['openid'], startedAt: 0, drives: 0 }
const target = (length: number): string => `/authorize?${'x'.repeat(length - 11)}`

t.test('of a request that no browser could be sent through again the target is not kept', async (t) => {
  const { inFlight } = createRecords(createMemoryStore(Date.now), times)
  await inFlight.add('short', { ...request, target: target(14 * 1024) })
  await inFlight.add('long', { ...request, target: target(14 * 1024 + 1) })
  await inFlight.add('none', request)
  t.equal((await inFlight.get('short'))?.target?.length, 14 * 1024)
  t.same(await inFlight.get('long'), request)
  t.same(await inFlight.get('none'), request)
  const updated = await inFlight.update('short', () => ({ ...request, target: target(20_000) }))
  t.same(updated, request, 'what is told to be written is what was written')
})
