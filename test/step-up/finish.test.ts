import t from 'tap'
import type { Outcome, StepUp } from '../../src/records/records.ts'
import { repeat, revisit } from '../../src/step-up/finish.ts'
import { makeServices } from '../services.ts'
import { since } from './remembered.ts'

const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
const redirect = { kind: 'redirect', location: 'https://login.example.com/account' } as const
const stepUp: StepUp = {
  state: 'passed',
  case: { clientId: 'web', policyIds: ['web'], user },
  action: 'sign-in',
  idempotencyKey: 'key',
  challengeUrl: 'https://mfa.authsignal.com/c',
  nonceHash: 'hash',
  openedAt: 1000,
  since,
  finishedAt: 1000,
  counters: { user: 'alice' },
  waiting: [],
  browser: 'mine',
  outcome: redirect,
  served: 'request',
}
const page = { ...stepUp.case, clientId: '', policyIds: [], page: '/account' }
const ended = { kind: 'ended', page: undefined } as const

t.test('a step-up that has ended says so, and leads to its page', async (t) => {
  const { records } = makeServices()
  const table: [name: string, more: Partial<StepUp>, seen: Outcome | undefined][] = [
    ['led on', {}, ended],
    ['led to a page', { case: page }, { kind: 'ended', page: redirect.location }],
    ['a page of the gateway', { outcome: { kind: 'start_again' } }, { kind: 'start_again' }],
    ['what was sent to a page', { outcome: { kind: 'page_verified' } }, { kind: 'page_verified' }],
    ['offers', { state: 'offered', outcome: { kind: 'offer_device' } }, { kind: 'offer_device' }],
    ['is open', { state: 'open' }, undefined],
    ['was burnt', { state: 'burnt' }, undefined],
    ['is of no browser yet', { browser: undefined }, undefined],
  ]
  for (const [name, more, seen] of table) {
    await records.stepUps.set('id', { ...stepUp, ...more })
    t.same(await revisit({ records }, 'id', ['mine']), seen, name)
    t.equal(await revisit({ records }, 'id', ['another']), undefined, `${name}, in another browser`)
  }
  t.equal(await revisit({ records }, 'unknown', ['mine']), undefined)
})

t.test('an outcome is repeated until its answer is at the client', async (t) => {
  const services = makeServices()
  const { records } = services
  const request = {
    clientId: 'web',
    scope: [],
    asks: 'the same',
    responseType: 'code',
    startedAt: 0,
    drives: 0,
  }
  await records.stepUps.set('id', stepUp)
  t.same(await repeat(services, 'id', 'mine'), redirect, 'its request is not known')
  await records.inFlight.set('request', request)
  t.same(await repeat(services, 'id', 'mine'), redirect)
  await records.inFlight.set('request', { ...request, hasArrived: true })
  t.same(await repeat(services, 'id', 'mine'), ended)
  await records.stepUps.set('id', { ...stepUp, state: 'failed', finishedAt: -100_000 })
  await t.rejects(repeat(services, 'id', 'mine'), { code: 'used', owner: { clientId: 'web', user } })
  await records.stepUps.set('id', { ...stepUp, case: page, state: 'failed', finishedAt: -100_000 })
  await t.rejects(repeat(services, 'id', 'mine'), {
    code: 'used',
    owner: { clientId: undefined, page: '/account' },
  })
})
