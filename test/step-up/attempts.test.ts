import t from 'tap'
import type { Case, Counters } from '../../src/records/records.ts'
import {
  areAttemptsExhausted,
  countAttempt,
  forgiveAttempt,
  mayAskSilently,
  rememberSession,
} from '../../src/step-up/attempts.ts'
import { makeServices } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'

const minute = 60_000
const caseOf = (subject: string, policyId = 'web', session?: string): Case => ({
  clientId: policyId,
  policyIds: [policyId],
  user: { subject, epochs: [], amr: [], compare: {}, ...(session !== undefined && { session }) },
})
const from = (address: string, ...ids: string[]) => ({ address, ids })

type From = Parameters<typeof countAttempt>[2]

function open() {
  let at = 1_000_000
  const whole = makeConfig({})
  const clients = ['web', 'web2'].map((clientId) => [clientId, { ...whole.defaults, clientId }] as const)
  const config = {
    ...whole,
    clients: new Map(clients),
    stepUp: { ...whole.stepUp, perUser: 2, perAddress: 3 },
  }
  const services = makeServices({ config, now: () => at })
  return {
    isExhausted: (it: Case, from: From) => areAttemptsExhausted(services, it, from),
    count: (it: Case, from: From) => countAttempt(services, it, from),
    forgive: (it: Case, counters: Counters, browser: string) =>
      forgiveAttempt(services, it, counters, browser),
    mayAskSilently: (it: Case, from: From) => mayAskSilently(services, it, from),
    remember: (it: Case) => rememberSession(services, it),
    advance: (ms: number) => {
      at += ms
    },
  }
}

const isCounted = (counters: unknown): boolean => counters !== undefined

t.test('so many for one user at one client', async (t) => {
  const attempts = open()
  const alice = caseOf('alice')
  const counted = await Promise.all(['a', 'b', 'c'].map((address) => attempts.count(alice, from(address))))
  t.same(counted.map(isCounted), [true, true, false])
  t.ok(await attempts.isExhausted(alice, from('d')))
  t.notOk(await attempts.isExhausted(caseOf('alice', 'web2'), from('d')), 'not at another client')
  t.notOk(await attempts.isExhausted(caseOf('bob'), from('d')), 'nor for another user')
  attempts.advance(10 * minute)
  t.notOk(await attempts.isExhausted(alice, from('d')), 'nor later')
  t.ok(await attempts.count(alice, from('d')))
})

t.test('so many from one address', async (t) => {
  const attempts = open()
  const people = ['alice', 'bob', 'carol', 'dave'].map((name) => caseOf(name))
  const counted = await Promise.all(people.map((one) => attempts.count(one, from('a'))))
  t.same(counted.map(isCounted), [true, true, true, false])
  t.ok(await attempts.isExhausted(caseOf('erin'), from('a')))
  t.notOk(await attempts.isExhausted(caseOf('erin'), from('b')))
})

t.test('what is one too many for a user counts for no address', async (t) => {
  const attempts = open()
  for (let round = 0; round < 5; round++) await attempts.count(caseOf('alice'), from('a'))
  t.ok(await attempts.count(caseOf('bob'), from('a')))
  t.notOk(await attempts.count(caseOf('carol'), from('a')))
})

t.test('what was passed bothered nobody', async (t) => {
  const attempts = open()
  const alice = caseOf('alice')
  const first = await attempts.count(alice, from('a'))
  t.ok(await attempts.count(alice, from('b')))
  t.ok(await attempts.isExhausted(alice, from('c')))
  await attempts.forgive(alice, first ?? { user: '' }, 'home')
  t.notOk(await attempts.isExhausted(alice, from('c')))
  t.ok(await attempts.count(alice, from('c')))
  t.notOk(await attempts.count(alice, from('d')))
})

t.test('a browser in which the user has passed shares its count with nobody', async (t) => {
  const attempts = open()
  const alice = caseOf('alice')
  await attempts.forgive(alice, (await attempts.count(alice, from('a', 'home'))) ?? { user: '' }, 'home')
  for (const address of ['b', 'c']) t.ok(await attempts.count(alice, from(address)))
  t.ok(await attempts.isExhausted(alice, from('a', 'other')), 'strangers have spent theirs')
  t.notOk(await attempts.isExhausted(alice, from('a', 'home')))
  t.notOk(await attempts.isExhausted(caseOf('bob'), from('a', 'home')), 'it is known for its user only')
  const own = await Promise.all([1, 2, 3].map(() => attempts.count(alice, from('a', 'home'))))
  t.same(own.map(isCounted), [true, true, false], 'which has an end too')
  t.ok(await attempts.isExhausted(alice, from('a', 'home')))
  await attempts.forgive(alice, own[0] ?? { user: '' }, 'home')
  t.notOk(await attempts.isExhausted(alice, from('a', 'home')))
})

t.test('a session in which something was released is asked about, whatever strangers do', async (t) => {
  const attempts = open()
  const released = caseOf('alice', 'web', 'one')
  const stranger = caseOf('alice', 'web', 'two')
  await attempts.remember(released)
  await attempts.remember(caseOf('alice'))
  for (let round = 0; round < 2; round++) {
    t.ok(await attempts.mayAskSilently(stranger, from('x')))
    await attempts.count(stranger, from('x'))
  }
  for (const [it, isFree] of [
    [stranger, false],
    [caseOf('alice'), false],
    [caseOf('alice', 'web2', 'one'), true],
    [released, true],
  ] as const) {
    t.equal(await attempts.mayAskSilently(it, from('x')), isFree)
    t.equal(await attempts.isExhausted(it, from('x')), !isFree)
  }
  await attempts.forgive(stranger, { user: '' }, 'home')
  t.ok(await attempts.mayAskSilently(stranger, from('x', 'home')), 'nor is a browser that is known')
})
