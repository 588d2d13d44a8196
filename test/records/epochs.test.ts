import t from 'tap'
import { createEpochs, type Epoch } from '../../src/records/epochs.ts'
import { createCollection } from '../../src/store/collection.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

const ttlMs = 1000
const owner = { kind: 'user', name: 'alice' } as const

t.test('an epoch lasts until it ends, and each name has its own', async (t) => {
  const epochs = createEpochs(createCollection<Epoch>(createMemoryStore(Date.now), 'epoch', ttlMs * 60))
  t.equal(await epochs.current(['a']), undefined, 'none has begun')
  const both = await epochs.begin(['a', 'b'], owner)
  t.equal(await epochs.current(['a', 'b']), both)
  t.equal(await epochs.begin(['a', 'b'], owner), both, 'beginning again goes on with it')
  t.not(await epochs.current(['a']), both)
  t.equal(await epochs.current(['a', 'c']), undefined)
  await epochs.end('c')
  t.equal(await epochs.current(['c']), undefined, 'what never began does not begin by its end')
  await epochs.end('b')
  t.not(await epochs.current(['a', 'b']), both)
})

t.test('an epoch that the store drops as it is prolonged begins anew', async (t) => {
  let at = 0
  const memory = createMemoryStore(() => at)
  const add: typeof memory.add = async (...how) => {
    const isNew = await memory.add(...how)
    if (!isNew) at += ttlMs
    return isNew
  }
  const epochs = createEpochs(createCollection<Epoch>({ ...memory, add }, 'epoch', ttlMs))
  const first = await epochs.begin(['a'], owner)
  const second = await epochs.begin(['a'], owner)
  t.not(second, first)
  t.equal(await epochs.current(['a']), second)
})

t.test('an epoch that is renewed has begun, and what is held belongs to the one before', async (t) => {
  const epochs = createEpochs(createCollection<Epoch>(createMemoryStore(Date.now), 'epoch', ttlMs * 60))
  t.equal(await epochs.idOf('a'), undefined)
  t.equal(await epochs.renew('a', owner), false)
  const first = await epochs.enter('a', owner)
  t.equal(await epochs.idOf('a'), first)
  const before = await epochs.current(['a', 'b'])
  t.equal(before, undefined)
  const begun = await epochs.begin(['a', 'b'], owner)
  t.equal(await epochs.renew('a', owner), true)
  const held = await epochs.begin(['a', 'b'], owner, { name: 'a', id: first })
  t.equal(held, begun)
  t.not(await epochs.current(['a', 'b']), begun)
})
