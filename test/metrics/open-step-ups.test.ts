import t from 'tap'
import { watchOpenStepUps } from '../../src/metrics/open-step-ups.ts'
import type { StepUp } from '../../src/records/records.ts'

const minute = 60_000
const stepUp = {
  state: 'open',
  case: { clientId: 'web', policyIds: ['web'], user: { subject: 'alice', epochs: [], amr: [], compare: {} } },
  openedAt: 0,
} as unknown as StepUp

/** One challenge that may be passed within ten minutes. @param find what the store says of it. */
function open(find: () => Promise<StepUp | undefined> = async () => stepUp) {
  const clock = { now: 0 }
  const ends: string[] = []
  let asked = 0
  const watched = watchOpenStepUps(
    () => clock.now,
    ({ clientId }, outcome) => ends.push(`${clientId} ${outcome}`),
  )
  watched.opened('id', {
    case: stepUp.case,
    timeoutMs: 10 * minute,
    find: () => {
      asked += 1
      return find()
    },
  })
  const at = async (ms: number) => {
    clock.now = ms
    await watched.sweep()
  }
  return { watched, ends, at, asked: () => asked }
}

t.test('one that nobody ends is abandoned', async (t) => {
  const { watched, ends, at, asked } = open()
  await at(minute - 1)
  t.equal(asked(), 0, 'the store is asked once a minute')
  await at(minute)
  await at(minute + 1)
  t.equal(asked(), 1)
  t.same([watched.size, ends], [1, []])
  await at(10 * minute)
  t.same([watched.size, ends], [0, ['web abandoned']])
  await at(20 * minute)
  t.equal(ends.length, 1, 'once')
})

t.test('one that ends here, or in another way', async (t) => {
  const table: readonly [steps: readonly Partial<StepUp>[], ends: readonly string[], size: number][] = [
    [[{ state: 'open', browser: 'bound' }], [], 1],
    [[{ state: 'checking' }, { state: 'passed' }], [], 0],
    [[{ state: 'checking' }, { state: 'failed' }, { state: 'retried' }], [], 0],
    [[{ state: 'burnt' }], ['web in_another_browser'], 0],
    [[{ state: 'checking' }, { state: 'checking', isSkipped: true }], ['web skipped'], 0],
  ]
  for (const [steps, expected, size] of table) {
    const { watched, ends } = open()
    for (const step of steps) watched.changed('id', { ...stepUp, ...step })
    t.same([ends, watched.size], [expected, size])
  }
})

t.test('one that ends at another replica is counted there', async (t) => {
  const { watched, ends, at } = open(async () => ({ ...stepUp, state: 'passed' }))
  await at(minute)
  t.same([watched.size, ends], [0, []])
})

t.test('one that the store has forgotten', async (t) => {
  const early = open(async () => undefined)
  await early.at(minute)
  t.same(early.ends, ['web lost'])
  const late = open(async () => undefined)
  await late.at(10 * minute)
  t.same(late.ends, ['web abandoned'], 'nobody has touched it for so long')
})

t.test('one that ends while the store is asked', async (t) => {
  const { watched, ends, at } = open(async () => {
    watched.changed('id', { ...stepUp, state: 'checking' })
    return stepUp
  })
  await at(10 * minute)
  t.same(ends, [])
})

t.test('while the store is gone nothing is known', async (t) => {
  const { watched, ends, at } = open(async () => {
    throw new Error('gone')
  })
  await at(minute)
  t.equal(watched.size, 1)
  await at(11 * minute)
  t.same([watched.size, ends], [0, []])
})

t.test('two sweeps at once ask once, and no more than 20,000 are watched', async (t) => {
  const { watched, asked, at } = open()
  const first = at(minute)
  await at(minute)
  await first
  t.equal(asked(), 1)
  const { case: it } = stepUp
  for (let count = 0; count < 20_001; count++)
    watched.opened(`${count}`, { case: it, timeoutMs: minute, find: async () => stepUp })
  t.equal(watched.size, 20_000)
})
