import t from 'tap'
import { createRecords } from '../../src/records/records.ts'
import { createDriver } from '../../src/step-up/drive.ts'
import { createMemoryStore } from '../../src/store/memory.ts'

t.test('nothing is repeated where no request is known', async (t) => {
  const records = createRecords(createMemoryStore(Date.now), { timeout: 600_000, session: 600_000 })
  const driver = createDriver(records, Date.now)
  const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
  const tab = { case: { clientId: 'web', policyIds: ['web'], user }, isAnswered: true }
  t.equal(await driver.driveAgain(tab), undefined)
  t.equal(await driver.driveBack(tab), undefined)
})
