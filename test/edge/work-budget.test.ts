import t from 'tap'
import { WorkBudget } from '../../src/edge/work-budget.ts'

t.test('a budget pays for its steps and for no more', async (t) => {
  const budget = new WorkBudget(2)
  budget.spend()
  budget.spend()
  t.throws(() => budget.spend(), { name: 'OutOfWork' })
})
