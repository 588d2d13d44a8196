import t from 'tap'
import { createAttempts } from '../../src/step-up/attempts.ts'
import { type Case, createRecords } from '../../src/step-up/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

const minute = 60_000
const caseOf = (subject: string, policyId = 'web'): Case => ({
  clientId: policyId,
  policyIds: [policyId],
  user: { subject, epochs: [], amr: [], compare: {} },
})

function open() {
  let at = 1_000_000
  const now = () => at
  const records = createRecords(createMemoryStore(now), { timeout: 10 * minute, session: 60 * minute })
  return {
    ...createAttempts(records, now, { perUser: 2, perAddress: 3 }),
    advance: (ms: number) => {
      at += ms
    },
  }
}

t.test('so many for one user at one client', async (t) => {
  const attempts = open()
  const alice = caseOf('alice')
  t.same(await Promise.all(['a', 'b', 'c'].map((address) => attempts.count(alice, address))), [
    true,
    true,
    false,
  ])
  t.ok(await attempts.isExhausted(alice, 'd'))
  t.notOk(await attempts.isExhausted(caseOf('alice', 'web2'), 'd'), 'not at another client')
  t.notOk(await attempts.isExhausted(caseOf('bob'), 'd'), 'nor for another user')
  attempts.advance(10 * minute)
  t.notOk(await attempts.isExhausted(alice, 'd'), 'nor later')
  t.ok(await attempts.count(alice, 'd'))
})

t.test('so many from one address', async (t) => {
  const attempts = open()
  const people = ['alice', 'bob', 'carol', 'dave'].map((name) => caseOf(name))
  t.same(await Promise.all(people.map((one) => attempts.count(one, 'a'))), [true, true, true, false])
  t.ok(await attempts.isExhausted(caseOf('erin'), 'a'))
  t.notOk(await attempts.isExhausted(caseOf('erin'), 'b'))
})

t.test('what was passed bothered nobody', async (t) => {
  const attempts = open()
  const alice = caseOf('alice')
  for (const address of ['a', 'b']) t.ok(await attempts.count(alice, address))
  await attempts.forgive(alice, 'a')
  t.notOk(await attempts.isExhausted(alice, 'c'))
  t.ok(await attempts.count(alice, 'c'))
  t.notOk(await attempts.count(alice, 'd'))
})
