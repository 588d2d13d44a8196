import t from 'tap'
import { watchRecords } from '../../src/metrics/watch-records.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { createRecords, type InFlightRequest, type StepUp } from '../../src/records/records.ts'
import { createAllowance } from '../../src/store/allowance.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { makeConfig } from '../upstream/config.ts'
import { noteInstruments } from './watch-parts.ts'

function open() {
  const plain = makeConfig({})
  const client = (clientId: string, mode: 'enforce' | 'off') => ({ ...plain.defaults, clientId, mode })
  const config = {
    ...plain,
    clients: new Map([
      ['web', client('web', 'enforce')],
      ['free', client('free', 'off')],
    ]),
  }
  const clock = { now: 1_000_000 }
  const now = () => clock.now
  const { instruments, notes } = noteInstruments()
  const seen: unknown[] = []
  const records = watchRecords(createRecords(createMemoryStore(now), config.stepUp), {
    config,
    policies: createPolicies(config),
    instruments: {
      ...instruments,
      observe: (name, labels, value) => void notes.push([name, { ...labels, value }]),
    },
    names: { describe: (about) => about },
    openStepUps: {
      opened: (id, { timeoutMs, find }) => void seen.push([id, timeoutMs, find]),
      changed: (id, { state }) => void seen.push([id, state]),
    },
    now,
  })
  return { records, notes, seen, clock }
}

const request = { clientId: 'web', startedAt: 1_000_000 } as InFlightRequest

t.test('an authorization request counts once', async (t) => {
  const { records, notes } = open()
  await records.inFlight.add('1', request)
  await records.inFlight.add('1', request)
  await records.inFlight.add('2', { ...request, startedAt: request.startedAt - 5000 })
  await records.inFlight.add('3', { ...request, clientId: 'free' })
  t.same(notes, [['authorization_requests_total', { client_id: 'web', mode: 'enforce' }]])
})

t.test('a challenge is watched from its opening on', async (t) => {
  const { records, notes, seen } = open()
  const it = {
    clientId: 'web',
    policyIds: ['web'],
    user: { subject: 'alice', epochs: [], amr: [], compare: {} },
  }
  const stepUp = { state: 'open', case: it } as unknown as StepUp
  await records.stepUps.set('id', stepUp)
  await records.stepUps.set('page', { ...stepUp, case: { ...it, page: '/account' } })
  await records.stepUps.update('id', (current) => ({ ...current, state: 'checking' }))
  await records.stepUps.update('id', () => undefined)
  t.same(notes, [
    ['step_ups_opened_total', { client_id: 'web', page: undefined }],
    ['step_ups_opened_total', { client_id: undefined, page: '/account' }],
  ])
  t.match(seen, [
    ['id', 600_000],
    ['page', 600_000],
    ['id', 'checking'],
  ])
  const [, , find] = seen[0] as [string, number, () => Promise<StepUp>]
  t.match(await find(), { state: 'checking' })
})

t.test('how much of a limit is used up', async (t) => {
  const { records, notes, clock } = open()
  const attempts = createAllowance(records.attempts, () => clock.now, 1000)
  for (let times = 0; times < 3; times++) await attempts.take('alice', 2)
  await attempts.giveBack('alice')
  clock.now += 1000
  await attempts.take('alice', 2)
  const limit = 'stepUp.perUser'
  const name = 'step_up_gateway_limit_use_ratio'
  t.same(
    notes,
    [1, 2, 1].map((count) => [name, { limit, value: count / 10 }]),
  )
})
