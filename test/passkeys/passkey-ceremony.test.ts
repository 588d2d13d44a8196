import t from 'tap'
import { takeCeremony } from '../../src/passkeys/passkey-ceremony.ts'
import { createRecords } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

t.test('a step of a ceremony is for one browser and purpose, and comes once', async (t) => {
  const records = createRecords(
    createMemoryStore(() => 0),
    { timeout: 600_000, session: 600_000 },
  )
  const purpose = { kind: 'sign_in' as const, idempotencyKey: 'key' }
  await records.ceremonies.set('id', { browser: 'browser', state: 'open', startedAt: 0, purpose })
  const refused = { code: 'passkey_refused' }
  await t.rejects(takeCeremony(records, 'other', 'browser', 'sign_in'), refused)
  await t.rejects(takeCeremony(records, 'id', 'other', 'sign_in'), refused)
  await t.rejects(takeCeremony(records, 'id', 'browser', 'add'), refused)
  t.match(await takeCeremony(records, 'id', 'browser', 'sign_in'), { purpose })
  await t.rejects(takeCeremony(records, 'id', 'browser', 'sign_in'), refused)
})
