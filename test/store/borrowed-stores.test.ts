import t from 'tap'
import { createBorrowedStores } from '../../src/store/borrowed-stores.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

t.test('one store for equal settings, as long as somebody has it', async (t) => {
  const closed: string[] = []
  const borrow = createBorrowedStores(async ({ name }: { name: string }) => ({
    ...createMemoryStore(Date.now),
    close: async () => void closed.push(name),
  }))
  const [one, same, other] = await Promise.all([
    borrow({ name: 'a' }),
    borrow({ name: 'a' }),
    borrow({ name: 'b' }),
  ])
  t.equal(same.store, one.store)
  t.not(other.store, one.store)
  await one.giveBack()
  t.same(closed, [])
  await same.giveBack()
  await other.giveBack()
  t.same(closed, ['a', 'b'])
  t.not((await borrow({ name: 'a' })).store, one.store)
})
