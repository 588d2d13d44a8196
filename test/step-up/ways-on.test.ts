import t from 'tap'
import type { StepUp } from '../../src/records/records.ts'
import { linkKeyOf } from '../../src/step-up/link-key.ts'
import { goBack, goOn, remember, retry, skip } from '../../src/step-up/ways-on.ts'
import { makeServices } from '../services.ts'
import { beginEpoch, since } from './remembered.ts'

const services = makeServices()
const { records } = services
const link = { id: 'id', key: linkKeyOf('id', 'mine'), browser: { ids: ['mine'], address: '192.0.2.1' } }
const stepUp: StepUp = {
  state: 'passed',
  case: {
    clientId: 'web',
    policyIds: ['web'],
    user: { subject: 'alice', epochs: [], amr: [], compare: {} },
  },
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
  outcome: { kind: 'start_again' },
}

t.test('a way on that was gone before gets the same outcome again', async (t) => {
  await beginEpoch(services)
  await records.stepUps.set('id', stepUp)
  t.same(await goOn(services, link), { kind: 'start_again' })
  t.same(await skip(services, link), { kind: 'start_again' })
  t.same(await remember(services, link), { outcome: { kind: 'start_again' } })
  t.same(await retry(services, link), { kind: 'start_again' })
})

t.test('an enrolment that can not be put off is not skipped', async (t) => {
  await records.stepUps.set('id', { ...stepUp, state: 'open' })
  t.same(await skip(services, link), { kind: 'start_again' })
  t.match(await records.stepUps.get('id'), { state: 'open' })
})

t.test('back to the application leads from a step-up that did not succeed only', async (t) => {
  const used = { code: 'used' }
  await records.stepUps.set('id', stepUp)
  await t.rejects(goBack(services, link), used)
  await records.stepUps.set('id', { ...stepUp, state: 'failed' })
  await t.rejects(goBack(services, link), used, 'nor from one for which nobody waits')
})

t.test('back to the application, and nothing is known of the request any more', async (t) => {
  const waiting = [{ case: stepUp.case, isAnswered: false }]
  await records.stepUps.set('id', { ...stepUp, state: 'failed', waiting })
  await t.rejects(goBack(services, link), { code: 'restart' })
})

t.test('a question that is answered no leads on', async (t) => {
  await records.stepUps.set('id', { ...stepUp, state: 'offered' })
  t.same(await goOn(services, link), { kind: 'start_again' })
})
