import t from 'tap'
import type { Case, StepUp } from '../../src/records/records.ts'
import { spendPass } from '../../src/step-up/passes.ts'
import { goodUntil, serveNextTab } from '../../src/step-up/resume.ts'
import { makeServices } from '../services.ts'
import { beginEpoch, since } from './remembered.ts'

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
  since,
  counters: { user: 'alice' },
  waiting: [
    {
      case: asked,
      isAnswered: true,
      held: { delivery: { kind: 'redirect', location }, code: 'c', heldAt: 0, goodUntil: 60_000 },
    },
  ],
}

t.test('two requests for the last tab: one gets its answer, which stays the one to repeat', async (t) => {
  const services = makeServices()
  await beginEpoch(services)
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

t.test('what is left of a code for its client: 15 seconds, a quarter where it is short', async (t) => {
  for (const [lifetime, good] of [
    [300_000, 285_000],
    [60_000, 45_000],
    [20_000, 15_000],
    [1_000, 750],
  ] as const) {
    t.equal(goodUntil(1_000, lifetime), 1_000 + good)
  }
})

t.test('the pass for a start anew outlives the login that it asks for, and no other', async (t) => {
  for (const [what, maxAge, isServed] of [
    ['prompt=login', 0, true],
    ['an older login will do', 3600, false],
    ['nothing', undefined, false],
  ] as const) {
    const services = makeServices()
    await beginEpoch(services)
    const { records } = services
    const [key, user] = ['request', { ...asked.user, session: 'one' }]
    const it = { ...asked, user, scope: ['openid'], inFlight: key }
    const request = { clientId: 'web', scope: ['openid'], responseType: 'code', startedAt: 0, drives: 0 }
    await records.inFlight.set(key, { ...request, asks: 'a', ...(maxAge !== undefined && { maxAge }) })
    const waiting = { ...stepUp, case: it, waiting: [{ case: it, isAnswered: true }] }
    await records.stepUps.set('id', waiting)
    t.same(await serveNextTab(services, 'id', waiting, 'browser'), { kind: 'start_again' })
    const again = { ...it, user: { ...user, session: 'two' }, inFlight: 'other' }
    const pass = await spendPass(services, again, 'sign-in', ['browser'])
    t.equal(pass !== undefined, isServed, what)
    if (isServed) continue
    const inSession = { ...again, user }
    t.ok(await spendPass(services, inSession, 'sign-in', ['browser']), 'in its session it serves')
  }
})

t.test('where the request is not known the pass serves its session only', async (t) => {
  const services = makeServices()
  await beginEpoch(services)
  const it = { ...asked, user: { ...asked.user, session: 'one' } }
  const waiting = { ...stepUp, case: it, waiting: [{ case: it, isAnswered: true }] }
  await services.records.stepUps.set('id', waiting)
  t.same(await serveNextTab(services, 'id', waiting, 'browser'), { kind: 'start_again' })
  const other = { ...it, user: { ...it.user, session: 'two' } }
  t.equal(await spendPass(services, other, 'sign-in', ['browser']), undefined)
  t.ok(await spendPass(services, it, 'sign-in', ['browser']))
})

t.test('the tab of a user who was forgotten meanwhile is refused', async (t) => {
  const services = makeServices()
  await beginEpoch(services, 'alice', 'another')
  await services.records.stepUps.set('id', stepUp)
  await t.rejects(serveNextTab(services, 'id', stepUp, 'browser'), { code: 'expired' })
  t.equal(await services.records.codes.get('c'), undefined, 'no code is released')
})
