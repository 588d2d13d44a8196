import t from 'tap'
import { WorkBudget } from '../../../src/oauth/page/work-budget.ts'

t.test('a budget pays for its steps and for no more', async (t) => {
  const budget = new WorkBudget(2)
  budget.spend()
  budget.spend()
  t.throws(() => budget.spend(), { name: 'OutOfWork' })
})

t.test('a turn has its end', async (t) => {
  const budget = new WorkBudget(Number.POSITIVE_INFINITY)
  for (let step = 0; step < 8_000; step++) budget.spend()
  t.throws(() => budget.spend(), { name: 'OutOfWork' })
  const turned = budget.endTurn()
  budget.spend()
  await turned
})

t.test('what is done with many goes on in turns', async (t) => {
  const budget = new WorkBudget(0)
  const seen: number[] = []
  let turns = 0
  const done = budget.forEach(Array(2500).keys(), (item) => seen.push(item))
  let isDone = false
  void done.then(() => {
    isDone = true
  })
  while (!isDone) {
    await new Promise((go) => setImmediate(go))
    turns++
  }
  t.same(seen, [...Array(2500).keys()])
  t.ok(turns >= 2, `${turns} turns`)
})
