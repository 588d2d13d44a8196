import t from 'tap'
import type { Case, StepUp, Waiting } from '../../src/records/records.ts'
import { bindStepUp, joinStepUp, openStepUp } from '../../src/step-up/openings.ts'
import { makeServices } from '../services.ts'
import { beginEpoch, since } from './remembered.ts'

const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
const caseOf = (inFlight: string): Case => ({ clientId: 'web', policyIds: ['web'], user, inFlight })
const tabOf = (inFlight: string): Waiting => ({ case: caseOf(inFlight), isAnswered: false })
const browser = 'home'
const stepUp: StepUp = {
  state: 'open',
  case: caseOf('first'),
  action: 'sign-in',
  idempotencyKey: 'key',
  challengeUrl: 'https://mfa.authsignal.com/c',
  nonceHash: 'hash',
  openedAt: 1000,
  since,
  counters: { user: 'alice' },
  waiting: [tabOf('first')],
  browser,
}

t.test('of many tabs wait the one that began, and the latest', async (t) => {
  const services = makeServices()
  await beginEpoch(services)
  const { records } = services
  await openStepUp(services, 'id', stepUp)
  const join = (...names: string[]) =>
    joinStepUp(services, caseOf(names[0] ?? ''), 'sign-in', [browser], names.map(tabOf))
  const waiting = async () => (await records.stepUps.get('id'))?.waiting.map((tab) => tab.case.inFlight)
  for (const name of ['2', '3', '4', '5', '6', '7']) t.equal(await join(name), 'id')
  t.same(await waiting(), ['first', '4', '5', '6', '7'])
  await join('5')
  t.same(await waiting(), ['first', '4', '6', '7', '5'], 'one that comes again waits once')
  await join('first')
  t.same(await waiting(), ['4', '6', '7', '5', 'first'])
  await records.stepUps.set('id', { ...stepUp, waiting: [] })
  await join()
  t.same(await waiting(), [])
})

t.test('a step-up that can not be bound', async (t) => {
  const table: [what: string, stepUp: StepUp | undefined, code: string][] = [
    ['none', undefined, 'expired'],
    ['one that took too long', { ...stepUp, openedAt: -1_000_000 }, 'expired'],
    [
      'one that has ended and was bound to nobody',
      { ...stepUp, state: 'failed', browser: undefined },
      'used',
    ],
    ['one of this browser that has ended', { ...stepUp, state: 'failed' }, 'used'],
    ['one of another browser', { ...stepUp, browser: 'elsewhere' }, 'no_cookie'],
  ]
  for (const [what, known, code] of table) {
    const services = makeServices()
    await beginEpoch(services)
    if (known) await services.records.stepUps.set('id', known)
    await t.rejects(bindStepUp(services, 'id', [browser]), { code }, what)
  }
})

t.test('a step-up of a user who was forgotten is neither joined nor bound', async (t) => {
  const services = makeServices()
  await beginEpoch(services)
  await openStepUp(services, 'id', stepUp)
  const join = () => joinStepUp(services, caseOf('2'), 'sign-in', [browser], [tabOf('2')])
  t.equal(await join(), 'id')
  await beginEpoch(services, 'alice', 'another')
  t.equal(await join(), undefined)
  await t.rejects(bindStepUp(services, 'id', [browser]), { code: 'expired' })
})
