import t from 'tap'
import { epochOf } from '../../src/records/epochs.ts'
import type { Case, StepUp } from '../../src/records/records.ts'
import { judge } from '../../src/step-up/judge.ts'
import { linkKeyOf } from '../../src/step-up/link-key.ts'
import { verifyReturn } from '../../src/step-up/verify.ts'
import { remember } from '../../src/step-up/ways-on.ts'
import { ownedBy } from '../../src/store/owners.ts'
import { scriptAuthsignal } from '../authsignal/scripted-authsignal.ts'
import { makeServices } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'
import { since } from './remembered.ts'

/** What the store gave back has lost the user, so that nobody can be asked about. */
const broken: Case = JSON.parse(
  '{ "clientId": "web", "policyIds": ["web"], "user": { "epochs": [], "amr": [], "compare": {} } }',
)
const config = { ...makeConfig({}), defaults: { ...makeConfig({}).defaults, onError: 'allow' as const } }
// Nobody listens there: whatever reaches Authsignal fails as unavailable.
const open = () => makeServices({ config })

t.test('a failure of our own is not taken for one of Authsignal', async (t) => {
  const whole: Case = { ...broken, user: { ...broken.user, subject: 'alice' } }

  t.test('when the verdict is asked for: it does not fail open', async (t) => {
    const services = open()
    const occasion = {
      policy: config.defaults,
      browser: { ids: [], address: '192.0.2.1' },
      leg: 'request' as const,
      atRelease: true,
      tabs: [],
    }
    await t.rejects(judge(services, broken, occasion), TypeError)
    t.match(await judge(services, whole, occasion), { decision: { verdict: 'release', reason: 'fail_open' } })
  })

  t.test('when a device is remembered: the sign-in goes on without that of Authsignal only', async (t) => {
    const services = open()
    const rememberFor = async (it: Case) => {
      await services.records.stepUps.set('id', { ...stepUpOf(it), state: 'offered', browser: 'mine' })
      const name = epochOf.subject(it.user.subject)
      await services.records.epochs.set(name, { id: since }, ownedBy('alice'))
      const browser = { ids: ['mine'], address: '192.0.2.1' }
      return remember(services, { id: 'id', key: linkKeyOf('id', 'mine'), browser })
    }
    await t.rejects(rememberFor(broken), TypeError)
    t.same(services.lines, [])
    t.same(await rememberFor(whole), { outcome: { kind: 'start_again' } })
    t.match(services.lines, [
      { msg: 'Authsignal refused the connection', operation: 'device' },
      { audit: 'device', remembered: false, err: { message: /unavailable/ } },
    ])
  })

  t.test('when a return is verified', async (t) => {
    const verify = (more: object) =>
      verifyReturn(open(), { ...stepUpOf(whole), ...more }, 'the token of the return')
    await t.rejects(verify({ action: null }), TypeError)
    t.same(await verify({}), {
      passed: false,
      reason: 'unavailable',
      detail: 'Authsignal validate unavailable, ECONNREFUSED',
    })
  })
})

t.test('what is wrong with a verdict is told to the log', async (t) => {
  const begun = 1_800_000_000_000
  const it: Case = { ...broken, user: { ...broken.user, subject: 'alice' } }
  const good = {
    isValid: true,
    state: 'CHALLENGE_SUCCEEDED',
    userId: 'alice',
    action: 'sign-in',
    idempotencyKey: 'k',
    stateUpdatedAt: new Date(begun).toISOString(),
  }
  const at = (seconds: number) => ({ stateUpdatedAt: new Date(begun + seconds * 1000).toISOString() })
  const table: [patch: object, detail: RegExp | undefined][] = [
    [{}, undefined],
    [at(-30), undefined],
    [at(90), undefined],
    [{ userId: 'bob' }, /^the verdict is of another user$/],
    [{ action: 'another' }, /^the verdict is of another action$/],
    [{ idempotencyKey: 'another' }, /^the verdict is of another step-up$/],
    [{ isValid: false }, /^the challenge did not succeed$/],
    [{ stateUpdatedAt: undefined }, /^the verdict has no time$/],
    [at(-95), /^by Authsignal's clock the challenge succeeded 95 s before the challenge began\. .*NTP/],
    [at(160), /^by Authsignal's clock the challenge succeeded 100 s in the future\. .*NTP/],
  ]
  for (const [patch, detail] of table) {
    const { authsignal } = await scriptAuthsignal(t, { 'POST /validate': () => ({ ...good, ...patch }) })
    const services = makeServices({ config, authsignal, now: () => begun + 60_000 })
    const verified = await verifyReturn(services, { ...stepUpOf(it), openedAt: begun }, 'token')
    const expected = detail ? { passed: false, reason: 'failed', detail } : { passed: true }
    t.match(verified, expected, JSON.stringify(patch))
  }
})

const stepUpOf = (it: Case): StepUp => ({
  state: 'checking',
  case: it,
  action: 'sign-in',
  idempotencyKey: 'k',
  challengeUrl: 'https://authsignal.example/challenge',
  nonceHash: 'n',
  openedAt: 0,
  since,
  counters: { user: 'alice' },
  waiting: [],
})
