import t, { type Test } from 'tap'
import { beginSignIn, describeSignIn, enterSignIn, verifySignIn } from '../../src/passkeys/passkey-sign-in.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { scriptAuthsignal } from '../authsignal/scripted-authsignal.ts'
import { makeServices, withPasskeySignIn } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'

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
  const store = createMemoryStore(() => 0)
  const config = withPasskeySignIn(makeConfig({}))
  const { passkeys } = config
  const services = {
    ...makeServices({ config, authsignal, store, now: () => time }),
    ...{ client, passkeys, signIn: passkeys.signIn },
  }
  const verify = async () => {
    await describeSignIn(services, 'browser', await beginSignIn(services, 'browser'))
    return verifySignIn(services, 'browser', { challengeId: 'asked', credential: {} })
  }
  const enter = (id: string, browserIds: readonly string[]) => enterSignIn(services, id, browserIds, '/login')
  return { enter, verify, advance: (ms: number) => (time += ms) }
}

const good = { isVerified: true, accessToken: 'token' }

t.test('a passkey that was verified', async (t) => {
  const { enter, verify, advance } = await open(t, good)
  const { entryId, subject } = await verify()
  t.equal(subject, 'alice')
  await t.rejects(enter(entryId, ['other']), { code: 'no_cookie' })
  await t.rejects(enter(entryId, []), { code: 'no_cookie' })
  await t.rejects(enter('another', ['browser']), { code: 'expired' })
  t.match(await enter(entryId, ['browser']), { subject: 'alice' })
  await t.rejects(enter(entryId, ['browser']), { code: 'used' })
  const next = await verify()
  advance(59_999)
  t.match(await enter(next.entryId, ['browser']), { subject: 'alice' })
  const late = await verify()
  advance(60_000)
  await t.rejects(enter(late.entryId, ['browser']), { code: 'expired' })
})

t.test('two tabs at once', async (t) => {
  const { enter, verify } = await open(t, good)
  const { entryId } = await verify()
  const both = await Promise.allSettled([enter(entryId, ['browser']), enter(entryId, ['browser'])])
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
