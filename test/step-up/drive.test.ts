import t from 'tap'
import { driveAgain, driveBack } from '../../src/step-up/drive.ts'
import { makeServices } from '../services.ts'

t.test('nothing is repeated where no request is known', async (t) => {
  const services = makeServices()
  const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
  const tab = { case: { clientId: 'web', policyIds: ['web'], user }, isAnswered: true }
  t.equal(await driveAgain(services, tab), undefined)
  t.equal(await driveBack(services, tab), undefined)
})
