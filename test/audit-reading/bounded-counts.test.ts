import t from 'tap'
import { BoundedCounts } from '../../src/audit-reading/bounded-counts.ts'

t.test('counts by name, the most frequent first', async (t) => {
  const counts = new BoundedCounts<number>(3)
  for (const name of ['a', 'b', 'b']) counts.add(name, () => name.length)
  t.same(counts.list(), [
    { what: 1, count: 2 },
    { what: 1, count: 1 },
  ])
  t.equal(counts.others, 0)
})

t.test('many different names do not displace those that come often', async (t) => {
  const counts = new BoundedCounts<string>(3)
  for (let n = 0; n < 10_000; n++) {
    for (const name of [`made-up-${n}`, 'often', 'also often']) counts.add(name, () => name)
  }
  const [first, second, third] = counts.list()
  t.same(
    [first, second],
    [
      { what: 'often', count: 10_000 },
      { what: 'also often', count: 10_000 },
    ],
  )
  t.equal((third?.count ?? 0) + counts.others, 10_000, 'none is lost')
  t.equal(counts.list().length, 3)
})
