import t, { type Test } from 'tap'
import { createPasskeySignIn } from '../../src/passkeys/passkey-sign-in.ts'
import { createRecords } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { scriptAuthsignal } from '../authsignal/scripted-authsignal.ts'

/** The steps of a sign-in, with an Authsignal that says this. */
async function open(
  t: Test,
  result: { isVerified: boolean; accessToken?: string | undefined },
  patch: object = {},
) {
  let time = 1_000_000
  let idempotencyKey: unknown
  const { authsignal, client } = await scriptAuthsignal(t, {
    'POST /client/challenge': ({ body }) => {
      idempotencyKey = body['idempotencyKey']
      return { challengeId: 'begun' }
    },
    'POST /client/user-authenticators/passkey/authentication-options': () => ({
      challengeId: 'asked',
      options: {},
    }),
    'POST /client/verify/passkey': () => result,
    'POST /validate': () => ({
      ...{ isValid: true, state: 'CHALLENGE_SUCCEEDED', userId: 'alice', action: 'reserved', idempotencyKey },
      ...{ verificationMethod: 'PASSKEY', stateUpdatedAt: new Date(time).toISOString() },
      ...patch,
    }),
  })
  // The records outlive what is looked at here, so that it is the sign-in that says no.
  const records = createRecords(
    createMemoryStore(() => 0),
    { timeout: 600_000, session: 600_000 },
  )
  const steps = createPasskeySignIn({ authsignal, client, records, action: 'reserved', now: () => time })
  const verify = async () => {
    await steps.options('browser', await steps.begin('browser'))
    return steps.verify('browser', { challengeId: 'asked', credential: {} })
  }
  return { steps, verify, advance: (ms: number) => (time += ms) }
}

const good = { isVerified: true, accessToken: 'token' }

t.test('a passkey that was verified', async (t) => {
  const { steps, verify, advance } = await open(t, good)
  const { entryId, subject } = await verify()
  t.equal(subject, 'alice')
  await t.rejects(steps.enter(entryId, ['other'], '/login'), { code: 'no_cookie' })
  await t.rejects(steps.enter(entryId, [], '/login'), { code: 'no_cookie' })
  await t.rejects(steps.enter('another', ['browser'], '/login'), { code: 'expired' })
  t.equal(await steps.enter(entryId, ['browser'], '/login'), 'alice')
  await t.rejects(steps.enter(entryId, ['browser'], '/login'), { code: 'used' })
  const next = await verify()
  advance(59_999)
  t.equal(await steps.enter(next.entryId, ['browser'], '/login'), 'alice')
  const late = await verify()
  advance(60_000)
  await t.rejects(steps.enter(late.entryId, ['browser'], '/login'), { code: 'expired' })
})

t.test('two tabs at once', async (t) => {
  const { steps, verify } = await open(t, good)
  const { entryId } = await verify()
  const both = await Promise.allSettled([
    steps.enter(entryId, ['browser'], '/login'),
    steps.enter(entryId, ['browser'], '/login'),
  ])
  t.same(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

t.test('what is no passkey of anybody', async (t) => {
  const cases: [result: { isVerified: boolean; accessToken?: string | undefined }, patch: object][] = [
    [{ isVerified: false, accessToken: 'token' }, {}],
    [{ isVerified: true, accessToken: undefined }, {}],
    [good, { isValid: false }],
    [good, { state: 'ALLOW' }],
    [good, { action: 'oidc-authorize' }],
    [good, { idempotencyKey: 'another' }],
    [good, { verificationMethod: 'SMS' }],
    [good, { stateUpdatedAt: undefined }],
    [good, { userId: undefined }],
    [good, { userId: '' }],
  ]
  for (const [result, patch] of cases) {
    const { verify } = await open(t, result, patch)
    await t.rejects(verify(), { code: 'passkey_refused' }, JSON.stringify([result, patch]))
  }
})
