import t from 'tap'
import type { Authsignal, TrackRequest } from '../../src/step-up/authsignal.ts'
import type { AuthsignalClient } from '../../src/step-up/authsignal-client.ts'
import { createPasskeyEnrolment } from '../../src/step-up/passkey-enrolment.ts'
import { createRecall } from '../../src/step-up/recall.ts'
import { type Case, createRecords } from '../../src/step-up/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createAudit } from '../../src/telemetry/audit.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { makeConfig } from '../upstream/config.ts'

type State = Awaited<ReturnType<Authsignal['trackForEnrolment']>>['state']

/** Authsignal, as far as an enrolment asks it: a stand-in for the wire, which has tests of its own. */
function open({ state = 'ALLOW' as State, isVerified = true, count = 2 } = {}) {
  const asked: { tracks: TrackRequest[]; removed: string[]; names: object[]; added: unknown[] } = {
    ...{ tracks: [], removed: [], names: [], added: [] },
  }
  const authsignal: Partial<Authsignal> = {
    trackForEnrolment: async (request) => {
      asked.tracks.push(request)
      return { state, token: `token ${asked.tracks.length}` }
    },
    listAuthenticators: async () => ({ passkeys: [{ id: 'mine', name: undefined, createdAt: 0 }], count }),
    removeAuthenticator: async ({ userId, id }) => {
      asked.removed.push(`${userId} ${id}`)
    },
  }
  const client: Partial<AuthsignalClient> = {
    addOptions: async (token, name) => {
      asked.names.push(name)
      return { challengeId: `of ${token}`, options: {} }
    },
    add: async (token) => {
      asked.added.push(token)
      return { isVerified, token: undefined }
    },
  }
  const config = makeConfig({})
  const records = createRecords(
    createMemoryStore(() => 0),
    config.stepUp,
  )
  const lines: string[] = []
  const enrolment = createPasskeyEnrolment({
    ...{ config, policy: { ...config.defaults, action: 'passkeys' }, records, now: () => 0 },
    ...{ authsignal: authsignal as Authsignal, client: client as AuthsignalClient },
    recall: createRecall(records, () => 0, 600_000),
    audit: createAudit(createLog({ destination: { write: (line: string) => void lines.push(line) } })),
  })
  return { enrolment, asked, lines }
}

const it = (more: object = {}): Case => ({
  ...{ clientId: '', policyId: '', page: 'passkeys' },
  user: { subject: 'alice', session: 'one', epochs: [], amr: [], compare: {}, ...more },
})
const browser = { id: 'browser', address: '192.0.2.1' }
const answer = (challengeId: string) => ({ challengeId, credential: {} })

t.test('a passkey is added with a token that is asked for at that moment', async (t) => {
  const { enrolment, asked, lines } = open()
  const { challengeId } = await enrolment.begin(it(), browser)
  t.match(asked.tracks, [{ userId: 'alice', action: 'passkeys' }])
  t.same(asked.names, [{ username: 'alice' }])
  await enrolment.add(it(), 'browser', answer(challengeId))
  t.same(asked.added, ['token 1'])
  t.match(lines.join(''), /"change":"added"/)
  await t.rejects(enrolment.add(it(), 'browser', answer(challengeId)), { code: 'passkey_refused' }, 'once')
  const named = { username: 'al', displayName: 'Alice' }
  await enrolment.begin(it(named), browser)
  t.same(asked.names.at(-1), named)
})

t.test('what the rules say', async (t) => {
  t.ok(await open({ state: 'CHALLENGE_REQUIRED' }).enrolment.begin(it(), browser))
  for (const state of ['BLOCK', 'REVIEW_REQUIRED', 'unknown'] as const) {
    const { enrolment, asked } = open({ state })
    await t.rejects(enrolment.begin(it(), browser), { code: 'not_allowed' }, state)
    t.same(asked.names, [])
  }
})

t.test('who goes on with it', async (t) => {
  const { enrolment, asked } = open()
  const begin = async () => answer((await enrolment.begin(it(), browser)).challengeId)
  const refused = { code: 'passkey_refused' }
  await t.rejects(enrolment.add(it(), 'other', await begin()), refused)
  await t.rejects(enrolment.add(it({ subject: 'bob' }), 'browser', await begin()), refused)
  t.same(asked.added, [])
  const unverified = open({ isVerified: false })
  const { challengeId } = await unverified.enrolment.begin(it(), browser)
  await t.rejects(unverified.enrolment.add(it(), 'browser', answer(challengeId)), refused)
  t.same(unverified.lines, [])
})

t.test('a passkey is removed', async (t) => {
  const { enrolment, asked, lines } = open()
  t.equal(await enrolment.remove(it(), 'another'), 'not_removed', 'only one of this user')
  t.same(asked.removed, [])
  t.equal(await enrolment.remove(it(), 'mine'), 'removed')
  t.same(asked.removed, ['alice mine'])
  t.match(lines.join(''), /"change":"removed"/)
  const last = open({ count: 1 })
  t.equal(await last.enrolment.remove(it(), 'mine'), 'last_one')
  t.same(last.asked.removed, [])
  t.match(await enrolment.list(it()), { count: 2 })
})
