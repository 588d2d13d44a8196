import t from 'tap'
import { createAuthsignal } from '../../src/authsignal/authsignal.ts'
import { createPolicies } from '../../src/policy/policies.ts'
import { type Case, createRecords, type StepUp } from '../../src/records/records.ts'
import { linkKeyOf } from '../../src/step-up/link-key.ts'
import { createStepUps } from '../../src/step-up/step-ups.ts'
import { verifyReturn } from '../../src/step-up/verify.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { makeConfig } from '../upstream/config.ts'

/** What the store gave back has lost the user, so that nobody can be asked about. */
const broken: Case = JSON.parse(
  '{ "clientId": "web", "policyIds": ["web"], "user": { "epochs": [], "amr": [], "compare": {} } }',
)
const config = { ...makeConfig({}), defaults: { ...makeConfig({}).defaults, onError: 'allow' as const } }
const policies = createPolicies(config)
// Nobody listens there: whatever reaches Authsignal fails as unavailable.
const authsignal = createAuthsignal(config.authsignal)
const now = () => 1000

t.test('a failure of our own is not taken for one of Authsignal', async (t) => {
  const whole: Case = { ...broken, user: { ...broken.user, subject: 'alice' } }

  t.test('when the verdict is asked for: it does not fail open', async (t) => {
    const records = createRecords(createMemoryStore(now), config.stepUp)
    const audit = createAudit(createLog({ destination: { write: () => {} } }))
    const { judge } = createStepUps({ config, policies, records, authsignal, audit, now })
    const occasion = {
      policy: config.defaults,
      browser: { ids: [], address: '192.0.2.1' },
      atRelease: true,
      tabs: [],
    }
    await t.rejects(judge(broken, occasion), TypeError)
    t.match(await judge(whole, occasion), { decision: { verdict: 'release', reason: 'fail_open' } })
  })

  t.test('when a device is remembered: the sign-in goes on without that of Authsignal only', async (t) => {
    const lines: string[] = []
    const audit = createAudit(createLog({ destination: { write: (line: string) => void lines.push(line) } }))
    const records = createRecords(createMemoryStore(now), config.stepUp)
    const { waysOn } = createStepUps({ config, policies, records, authsignal, audit, now })
    const remember = async (it: Case) => {
      await records.stepUps.set('id', { ...stepUpOf(it), state: 'offered', browser: 'mine' })
      const browser = { ids: ['mine'], address: '192.0.2.1' }
      return waysOn.remember({ id: 'id', key: linkKeyOf('id', 'mine'), browser })
    }
    await t.rejects(remember(broken), TypeError)
    t.same(lines, [])
    t.same(await remember(whole), { outcome: { kind: 'start_again' } })
    t.match(
      lines.map((line) => JSON.parse(line)),
      [{ audit: 'device', remembered: false, err: { message: /unavailable/ } }],
    )
  })

  t.test('when a return is verified', async (t) => {
    const verify = (more: object) =>
      verifyReturn({ authsignal, policies, now }, { ...stepUpOf(whole), ...more }, 'the token of the return')
    await t.rejects(verify({ action: null }), TypeError)
    t.same(await verify({}), { passed: false, reason: 'unavailable' })
  })
})

const stepUpOf = (it: Case): StepUp => ({
  state: 'checking',
  case: it,
  action: 'sign-in',
  idempotencyKey: 'k',
  challengeUrl: 'https://authsignal.example/challenge',
  nonceHash: 'n',
  openedAt: 0,
  counters: { user: 'alice' },
  waiting: [],
})
