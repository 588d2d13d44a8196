import t from 'tap'
import type { Authsignal } from '../../src/step-up/authsignal.ts'
import type { AuthsignalClient } from '../../src/step-up/authsignal-client.ts'
import { createPasskeySignIn } from '../../src/step-up/passkey-sign-in.ts'
import { createRecords } from '../../src/step-up/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

/** Authsignal, as far as a sign-in by passkey asks it: a stand-in for the wire, which has tests of its own. */
function open(result: { isVerified: boolean; token: string | undefined }, patch: object = {}) {
  let time = 1_000_000
  let idempotencyKey = ''
  const client: Partial<AuthsignalClient> = {
    challenge: async (request) => {
      idempotencyKey = request.idempotencyKey
      return 'begun'
    },
    signInOptions: async () => ({ challengeId: 'asked', options: {} }),
    signIn: async () => result,
  }
  const authsignal: Partial<Authsignal> = {
    validate: async () => ({
      ...{ isValid: true, state: 'CHALLENGE_SUCCEEDED', userId: 'alice', action: 'reserved', idempotencyKey },
      ...{ verificationMethod: 'PASSKEY', stateUpdatedAt: new Date(time).toISOString() },
      ...patch,
    }),
  }
  // The records outlive what is looked at here, so that it is the sign-in that says no.
  const records = createRecords(
    createMemoryStore(() => 0),
    { timeout: 600_000, session: 600_000 },
  )
  const steps = createPasskeySignIn({
    ...{ authsignal: authsignal as Authsignal, client: client as AuthsignalClient, records },
    ...{ action: 'reserved', now: () => time },
  })
  const verify = async () => {
    await steps.options('browser', await steps.begin('browser'))
    return steps.verify('browser', { challengeId: 'asked', credential: {} })
  }
  return { steps, verify, advance: (ms: number) => (time += ms) }
}

const good = { isVerified: true, token: 'token' }

t.test('a passkey that was verified', async (t) => {
  const { steps, verify, advance } = open(good)
  const { entryId, subject } = await verify()
  t.equal(subject, 'alice')
  await t.rejects(steps.enter(entryId, 'other'), { code: 'no_cookie' })
  await t.rejects(steps.enter(entryId, undefined), { code: 'no_cookie' })
  await t.rejects(steps.enter('another', 'browser'), { code: 'expired' })
  t.equal(await steps.enter(entryId, 'browser'), 'alice')
  await t.rejects(steps.enter(entryId, 'browser'), { code: 'used' })
  const next = await verify()
  advance(59_999)
  t.equal(await steps.enter(next.entryId, 'browser'), 'alice')
  const late = await verify()
  advance(60_000)
  await t.rejects(steps.enter(late.entryId, 'browser'), { code: 'expired' })
})

t.test('two tabs at once', async (t) => {
  const { steps, verify } = open(good)
  const { entryId } = await verify()
  const both = await Promise.allSettled([steps.enter(entryId, 'browser'), steps.enter(entryId, 'browser')])
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

t.test('what is no passkey of anybody', async (t) => {
  const cases: [result: { isVerified: boolean; token: string | undefined }, patch: object][] = [
    [{ isVerified: false, token: 'token' }, {}],
    [{ isVerified: true, token: undefined }, {}],
    [good, { isValid: false }],
    [good, { state: 'ALLOW' }],
    [good, { action: 'oidc-authorize' }],
    [good, { idempotencyKey: 'another' }],
    [good, { verificationMethod: 'SMS' }],
    [good, { stateUpdatedAt: undefined }],
    [good, { userId: undefined }],
    [good, { userId: '' }],
  ]
  for (const [result, patch] of cases)
    await t.rejects(
      open(result, patch).verify(),
      { code: 'passkey_refused' },
      JSON.stringify([result, patch]),
    )
})
