import t, { type Test } from 'tap'
import { createPasskeyEnrolment } from '../../src/passkeys/passkey-enrolment.ts'
import { type Case, createRecords } from '../../src/records/records.ts'
import { createRecall } from '../../src/step-up/recall.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { scriptAuthsignal } from '../authsignal/scripted-authsignal.ts'
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
  const config = makeConfig({})
  const records = createRecords(
    createMemoryStore(() => 0),
    config.stepUp,
  )
  const lines: string[] = []
  const enrolment = createPasskeyEnrolment({
    ...{ config, policy: { ...config.defaults, action: 'passkeys' }, records, now: () => 0, ...api },
    recall: createRecall(records, () => 0, { sessionMs: 600_000, hasSignIns: true }),
    audit: createAudit(createLog({ destination: { write: (line: string) => void lines.push(line) } })),
  })
  const called = (start: string) => api.calls.filter(({ what }) => what.startsWith(start))
  const asked = {
    tracks: () => called('POST /users/alice/actions/passkeys').map(({ body }) => body),
    names: () =>
      called('POST /client/user-authenticators/passkey/registration-options').map(({ body }) => body),
    added: () => api.calls.filter(({ what }) => what === 'POST /client/user-authenticators/passkey').length,
    removed: () => called('DELETE ').map(({ what }) => what),
  }
  return { enrolment, asked, lines }
}

const it = (more: object = {}): Case => ({
  ...{ clientId: '', policyIds: [], page: 'passkeys' },
  user: { subject: 'alice', session: 'one', epochs: [], amr: [], compare: {}, ...more },
})
const browser = { id: 'browser', ids: ['browser'], address: '192.0.2.1' }
const answer = (challengeId: string) => ({ challengeId, credential: {} })

t.test('a passkey is added with a token that is asked for at that moment', async (t) => {
  const { enrolment, asked, lines } = await open(t)
  const { challengeId } = await enrolment.begin(it(), browser)
  t.match(asked.tracks(), [{ scope: 'add:authenticators' }])
  t.same(asked.names(), [{ username: 'alice' }])
  await enrolment.add(it(), 'browser', answer(challengeId))
  t.equal(asked.added(), 1)
  t.match(lines.join(''), /"change":"added"/)
  await t.rejects(enrolment.add(it(), 'browser', answer(challengeId)), { code: 'passkey_refused' }, 'once')
  const named = { username: 'al', displayName: 'Alice' }
  await enrolment.begin(it(named), browser)
  t.same(asked.names().at(-1), named)
})

t.test('what the rules say', async (t) => {
  t.ok(await (await open(t, { state: 'CHALLENGE_REQUIRED' })).enrolment.begin(it(), browser))
  for (const state of ['BLOCK', 'REVIEW_REQUIRED', 'NEW_STATE'] as const) {
    const { enrolment, asked } = await open(t, { state })
    await t.rejects(enrolment.begin(it(), browser), { code: 'not_allowed' }, state)
    t.same(asked.names(), [])
  }
})

t.test('who goes on with it', async (t) => {
  const { enrolment, asked } = await open(t)
  const begin = async () => answer((await enrolment.begin(it(), browser)).challengeId)
  const refused = { code: 'passkey_refused' }
  await t.rejects(enrolment.add(it(), 'other', await begin()), refused)
  await t.rejects(enrolment.add(it({ subject: 'bob' }), 'browser', await begin()), refused)
  t.equal(asked.added(), 0)
  const unverified = await open(t, { isVerified: false })
  const { challengeId } = await unverified.enrolment.begin(it(), browser)
  await t.rejects(unverified.enrolment.add(it(), 'browser', answer(challengeId)), refused)
  t.same(unverified.lines, [])
})

t.test('a passkey is removed', async (t) => {
  const { enrolment, asked, lines } = await open(t)
  t.equal(await enrolment.remove(it(), 'another'), 'not_removed', 'only one of this user')
  t.same(asked.removed(), [])
  t.equal(await enrolment.remove(it(), 'mine'), 'removed')
  t.same(asked.removed(), ['DELETE /users/alice/authenticators/mine'])
  t.match(lines.join(''), /"change":"removed"/)
  const last = await open(t, { count: 1 })
  t.equal(await last.enrolment.remove(it(), 'mine'), 'last_one')
  t.same(last.asked.removed(), [])
  t.match(await enrolment.list(it()), { count: 2 })
})

t.test('of two removals at once one has to come again', async (t) => {
  const { enrolment, asked } = await open(t)
  const both = await Promise.all([enrolment.remove(it(), 'mine'), enrolment.remove(it(), 'mine')])
  t.same(both.sort(), ['not_removed', 'removed'])
  t.equal(asked.removed().length, 1)
  t.equal(await enrolment.remove(it(), 'mine'), 'removed')
})
