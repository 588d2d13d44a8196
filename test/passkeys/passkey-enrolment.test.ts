import t, { type Test } from 'tap'
import {
  addPasskey,
  beginPasskey,
  listPasskeys,
  removePasskey,
} from '../../src/passkeys/passkey-enrolment.ts'
import type { Case } from '../../src/records/records.ts'
import { scriptAuthsignal } from '../authsignal/scripted-authsignal.ts'
import { makeServices, withPasskeySignIn } from '../services.ts'
import { makeConfig } from '../upstream/config.ts'

/** What a user may do about passkeys, with an Authsignal that says this. */
async function open(t: Test, { state = 'ALLOW', isVerified = true, count = 2 } = {}) {
  const passkey = { verificationMethod: 'PASSKEY', createdAt: '2026-01-05T10:00:00Z' }
  const others = Array.from({ length: count - 1 }, () => ({
    ...{ ...passkey, verificationMethod: 'SMS', userAuthenticatorId: 'another' },
  }))
  let tokens = 0
  const api = await scriptAuthsignal(t, {
    'POST /users/': ({ body: { idempotencyKey } }) => {
      tokens += 1
      return {
        state,
        isEnrolled: true,
        idempotencyKey,
        token: `token ${tokens}`,
        url: 'https://mfa.authsignal.com/',
      }
    },
    'GET /users/': () => [{ ...passkey, userAuthenticatorId: 'mine' }, ...others],
    'DELETE /users/': () => ({}),
    'POST /client/user-authenticators/passkey/registration-options': () => ({
      challengeId: `of token ${tokens}`,
      options: {},
    }),
    'POST /client/user-authenticators/passkey': () => ({ isVerified }),
  })
  const config = withPasskeySignIn(makeConfig({}))
  const { authsignal, client } = api
  const services = makeServices({ config, authsignal, now: () => 0 })
  const withPasskeys = { ...services, client, passkeys: config.passkeys }
  const called = (start: string) => api.calls.filter(({ what }) => what.startsWith(start))
  const asked = {
    tracks: () => called('POST /users/alice/actions/passkeys').map(({ body }) => body),
    names: () =>
      called('POST /client/user-authenticators/passkey/registration-options').map(({ body }) => body),
    added: () => api.calls.filter(({ what }) => what === 'POST /client/user-authenticators/passkey').length,
    removed: () => called('DELETE ').map(({ what }) => what),
  }
  return { services: withPasskeys, asked, lines: services.lines }
}

const it = (more: object = {}): Case => ({
  ...{ clientId: '', policyIds: [], page: 'passkeys' },
  user: { subject: 'alice', session: 'one', epochs: [], amr: [], compare: {}, ...more },
})
const browser = { id: 'browser', ids: ['browser'], address: '192.0.2.1' }
const answer = (challengeId: string) => ({ challengeId, credential: {} })

t.test('a passkey is added with a token that is asked for at that moment', async (t) => {
  const { services, asked, lines } = await open(t)
  const { challengeId } = await beginPasskey(services, it(), browser)
  t.match(asked.tracks(), [{ scope: 'add:authenticators' }])
  t.same(asked.names(), [{ username: 'alice' }])
  await addPasskey(services, it(), 'browser', answer(challengeId))
  t.equal(asked.added(), 1)
  t.match(lines, [{ change: 'added' }])
  await t.rejects(
    addPasskey(services, it(), 'browser', answer(challengeId)),
    { code: 'passkey_refused' },
    'once',
  )
  const named = { username: 'al', displayName: 'Alice' }
  await beginPasskey(services, it(named), browser)
  t.same(asked.names().at(-1), named)
})

t.test('what the rules say', async (t) => {
  t.ok(await beginPasskey((await open(t, { state: 'CHALLENGE_REQUIRED' })).services, it(), browser))
  for (const state of ['BLOCK', 'REVIEW_REQUIRED', 'NEW_STATE'] as const) {
    const { services, asked } = await open(t, { state })
    await t.rejects(beginPasskey(services, it(), browser), { code: 'not_allowed' }, state)
    t.same(asked.names(), [])
  }
})

t.test('who goes on with it', async (t) => {
  const { services, asked } = await open(t)
  const begin = async () => answer((await beginPasskey(services, it(), browser)).challengeId)
  const refused = { code: 'passkey_refused' }
  await t.rejects(addPasskey(services, it(), 'other', await begin()), refused)
  await t.rejects(addPasskey(services, it({ subject: 'bob' }), 'browser', await begin()), refused)
  t.equal(asked.added(), 0)
  const unverified = await open(t, { isVerified: false })
  const { challengeId } = await beginPasskey(unverified.services, it(), browser)
  await t.rejects(addPasskey(unverified.services, it(), 'browser', answer(challengeId)), refused)
  t.same(unverified.lines, [])
})

t.test('a passkey is removed', async (t) => {
  const { services, asked, lines } = await open(t)
  t.equal(await removePasskey(services, it(), 'another'), 'not_removed', 'only one of this user')
  t.same(asked.removed(), [])
  t.equal(await removePasskey(services, it(), 'mine'), 'removed')
  t.same(asked.removed(), ['DELETE /users/alice/authenticators/mine'])
  t.match(lines, [{ change: 'removed' }])
  const last = await open(t, { count: 1 })
  t.equal(await removePasskey(last.services, it(), 'mine'), 'last_one')
  t.same(last.asked.removed(), [])
  t.match(await listPasskeys(services, it()), { count: 2 })
})

t.test('of two removals at once one has to come again', async (t) => {
  const { services, asked } = await open(t)
  const both = await Promise.all([
    removePasskey(services, it(), 'mine'),
    removePasskey(services, it(), 'mine'),
  ])
  t.same(both.sort(), ['not_removed', 'removed'])
  t.equal(asked.removed().length, 1)
  t.equal(await removePasskey(services, it(), 'mine'), 'removed')
})
