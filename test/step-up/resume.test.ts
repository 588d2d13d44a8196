import t from 'tap'
import type { Case, StepUp } from '../../src/records/records.ts'
import { serveNextTab } from '../../src/step-up/resume.ts'
import { makeServices } from '../services.ts'

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
  waiting: [
    {
      case: asked,
      isAnswered: true,
      held: { delivery: { kind: 'redirect', location }, code: 'c', goodUntil: 60_000 },
    },
  ],
}

t.test('two requests for the last tab: one gets its answer, which stays the one to repeat', async (t) => {
  const services = makeServices()
  const { records } = services
  await records.stepUps.set('id', stepUp)
  const outcomes = await Promise.all([1, 2].map(() => serveNextTab(services, 'id', stepUp, 'browser')))
  t.same(outcomes, [{ kind: 'redirect', location }, { kind: 'start_again' }])
  t.match(await records.stepUps.get('id'), {
    state: 'passed',
    waiting: [],
    outcome: { kind: 'redirect', location },
  })
  t.same(await serveNextTab(services, 'id', stepUp, 'browser'), { kind: 'start_again' })
  t.match(await records.stepUps.get('id'), { outcome: { kind: 'redirect', location } })
})
