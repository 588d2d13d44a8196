import t from 'tap'
import { type Case, createRecords, type StepUp } from '../../src/records/records.ts'
import { createDriver } from '../../src/step-up/drive.ts'
import { createRecall } from '../../src/step-up/recall.ts'
import { createServeNextTab } from '../../src/step-up/resume.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'

const asked: Case = {
  clientId: 'web',
  policyIds: ['web'],
  user: { subject: 'alice', epochs: [], amr: [], compare: {} },
}
const location = 'https://app.example.com/cb?code=c'
const stepUp: StepUp = {
  state: 'checking',
  case: asked,
  action: 'sign-in',
  idempotencyKey: 'k',
  challengeUrl: 'https://authsignal.example/challenge',
  nonceHash: 'n',
  openedAt: 0,
  counters: { user: 'alice' },
  waiting: [{ case: asked, isAnswered: true, held: { location, code: 'c', goodUntil: 60_000 } }],
}

t.test('two requests for the last tab: one gets its answer, which stays the one to repeat', async (t) => {
  const now = () => 1000
  const records = createRecords(createMemoryStore(now), { timeout: 600_000, session: 600_000 })
  const serveNextTab = createServeNextTab({
    publicUrl: 'https://login.example.com',
    records,
    recall: createRecall(records, now, { sessionMs: 600_000, hasSignIns: true }),
    driver: createDriver(records, now),
    audit: createAudit(createLog({ destination: { write: () => {} } })),
    now,
  })
  await records.stepUps.set('id', stepUp)
  const outcomes = await Promise.all([1, 2].map(() => serveNextTab('id', stepUp, 'browser')))
  t.same(outcomes, [{ kind: 'redirect', location }, { kind: 'start_again' }])
  t.match(await records.stepUps.get('id'), {
    state: 'passed',
    waiting: [],
    outcome: { kind: 'redirect', location },
  })
  t.same(await serveNextTab('id', stepUp, 'browser'), { kind: 'start_again' })
  t.match(await records.stepUps.get('id'), { outcome: { kind: 'redirect', location } })
})
