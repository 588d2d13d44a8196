import t from 'tap'
import { createAllowance } from '../../src/store/allowance.ts'
import { createCollection } from '../../src/store/collection.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

function open() {
  let at = 1_000_000
  const now = () => at
  const allowance = createAllowance(createCollection(createMemoryStore(now), 'counts', 5000), now, 1000)
  const advance = (ms: number) => {
    at += ms
  }
  return { ...allowance, advance }
}

t.test('so many times within the window, by key', async (t) => {
  const allowance = open()
  t.same(await Promise.all([1, 2, 3].map(() => allowance.take('a', 2))), [true, true, false])
  t.ok(await allowance.isExhausted('a', 2))
  t.notOk(await allowance.isExhausted('a', 3))
  t.notOk(await allowance.isExhausted('b', 1))
  t.ok(await allowance.take('b', 1), 'another key counts apart')
})

t.test('a window begins with the first time, and a new one after it', async (t) => {
  const allowance = open()
  await allowance.take('a', 2)
  allowance.advance(999)
  await allowance.take('a', 2)
  t.notOk(await allowance.take('a', 2))
  allowance.advance(1)
  t.notOk(await allowance.isExhausted('a', 2))
  t.ok(await allowance.take('a', 2))
  t.ok(await allowance.take('a', 2))
  t.notOk(await allowance.take('a', 2))
})

t.test('what is given back can be taken again, never more', async (t) => {
  const allowance = open()
  await allowance.giveBack('a')
  await allowance.take('a', 1)
  await allowance.giveBack('a')
  await allowance.giveBack('a')
  t.ok(await allowance.take('a', 1))
  t.notOk(await allowance.take('a', 1))
})

t.test('a clock that is set back neither frees a count nor keeps it for longer', async (t) => {
  const allowance = open()
  await allowance.take('a', 2)
  allowance.advance(-900_000)
  t.notOk(await allowance.isExhausted('a', 2))
  t.ok(await allowance.take('a', 2), 'it goes on')
  t.notOk(await allowance.take('a', 2), 'and is not forgotten')
  t.ok(await allowance.isExhausted('a', 2))
  allowance.advance(1000)
  t.ok(await allowance.take('a', 2), 'its window is over when the clock says so')
})

t.test('a count that is full when the clock is set back ends with its record', async (t) => {
  const allowance = open()
  await allowance.take('a', 1)
  allowance.advance(-900_000)
  t.notOk(await allowance.take('a', 1))
  t.ok(await allowance.isExhausted('a', 1))
  allowance.advance(4999)
  t.notOk(await allowance.take('a', 1))
  allowance.advance(1)
  t.ok(await allowance.take('a', 1))
})
