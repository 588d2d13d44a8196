import t from 'tap'
import { stepEntry } from '../../src/passkeys/entry-step.ts'
import { createRecords } from '../../src/records/records.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

t.test('a step comes once, in time, in the browser of the entry', async (t) => {
  let time = 1_000_000
  // The records outlive what is looked at here.
  const records = createRecords(
    createMemoryStore(() => 0),
    { timeout: 600_000, session: 600_000 },
  )
  const ports = { records, now: () => time }
  const enter = (id: string, browser: string | undefined) =>
    stepEntry(ports, id, browser === undefined ? [] : [browser], (entry) =>
      entry.state === 'open' ? { ...entry, state: 'entered', loginPage: '/login' } : undefined,
    )
  const open = (id: string) =>
    records.entries.set(id, { browser: 'mine', state: 'open', subject: 'alice', since: 'epoch', at: time })

  await open('one')
  await t.rejects(enter('none', 'mine'), { code: 'expired' })
  await t.rejects(enter('one', 'other'), { code: 'no_cookie' })
  await t.rejects(enter('one', undefined), { code: 'no_cookie' })
  t.match(await enter('one', 'mine'), { state: 'entered', subject: 'alice', loginPage: '/login' })
  await t.rejects(enter('one', 'mine'), { code: 'used' })

  await open('two')
  time += 59_999
  t.match(await enter('two', 'mine'), { state: 'entered' })
  await open('three')
  time += 60_000
  await t.rejects(enter('three', 'mine'), { code: 'expired' })
})
