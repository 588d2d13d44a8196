import t from 'tap'
import { createAuthsignal } from '../../src/authsignal/authsignal.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { createRecords, type StepUp } from '../../src/records/records.ts'
import { linkKeyOf } from '../../src/step-up/link-key.ts'
import { createStepUps } from '../../src/step-up/step-ups.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { makeConfig } from '../upstream/config.ts'

const now = () => 1000
const config = makeConfig({})
const records = createRecords(createMemoryStore(now), config.stepUp)
const { waysOn } = createStepUps({
  ...{ config, records, now },
  policies: createPolicies(config),
  // Nobody listens there.
  authsignal: createAuthsignal(config.authsignal),
  audit: createAudit(createLog({ destination: { write: () => {} } })),
})
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
  finishedAt: 1000,
  counters: { user: 'alice' },
  waiting: [],
  browser: 'mine',
  outcome: { kind: 'start_again' },
}

t.test('a way on that was gone before gets the same outcome again', async (t) => {
  await records.stepUps.set('id', stepUp)
  t.same(await waysOn.goOn(link), { kind: 'start_again' })
  t.same(await waysOn.skip(link), { kind: 'start_again' })
  t.same(await waysOn.remember(link), { outcome: { kind: 'start_again' } })
  t.same(await waysOn.retry(link), { kind: 'start_again' })
})

t.test('an enrolment that can not be put off is not skipped', async (t) => {
  await records.stepUps.set('id', { ...stepUp, state: 'open' })
  t.same(await waysOn.skip(link), { kind: 'start_again' })
  t.match(await records.stepUps.get('id'), { state: 'open' })
})

t.test('back to the application leads from a step-up that did not succeed only', async (t) => {
  const used = { code: 'used' }
  await records.stepUps.set('id', stepUp)
  await t.rejects(waysOn.goBack(link), used)
  await records.stepUps.set('id', { ...stepUp, state: 'failed' })
  await t.rejects(waysOn.goBack(link), used, 'nor from one for which nobody waits')
})

t.test('a question that is answered no leads on', async (t) => {
  await records.stepUps.set('id', { ...stepUp, state: 'offered' })
  t.same(await waysOn.goOn(link), { kind: 'start_again' })
})
