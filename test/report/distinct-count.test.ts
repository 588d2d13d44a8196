import t from 'tap'
import { DistinctCount, fingerprint } from '../../src/report/distinct-count.ts'

function countUsers(users: number): DistinctCount {
  const count = new DistinctCount()
  for (let round = 0; round < 2; round++) {
    for (let user = 0; user < users; user++) count.add(fingerprint(`user-${user}`))
  }
  return count
}

t.test('few are counted exactly', async (t) => {
  for (const users of [0, 1, 1000, 1024]) t.same(countUsers(users).read(), { count: users, isExact: true })
})

t.test('many are estimated, by some per cent', async (t) => {
  for (const users of [1025, 5000, 11_000, 20_000, 200_000]) {
    const { count, isExact } = countUsers(users).read()
    t.notOk(isExact)
    t.ok(Math.abs(count / users - 1) < 0.06, `${users} are counted as ${count}`)
  }
})

t.test('a fingerprint without any bit', async (t) => {
  const count = countUsers(2000)
  const before = count.read().count
  count.add(0)
  t.ok(count.read().count >= before)
})

t.test('a fingerprint has 48 bits', async (t) => {
  t.not(fingerprint('a'), fingerprint('b'))
  t.equal(fingerprint('a'), fingerprint('a'))
  t.ok(fingerprint('a') < 2 ** 48)
})
