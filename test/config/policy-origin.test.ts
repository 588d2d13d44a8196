import t from 'tap'
import { nameKey } from '../../src/config/policy-origin.ts'

t.test('a key is named where it is set, else where it can be', async (t) => {
  const origin = { section: 'clients.web', at: 'gateway.yaml:3', keys: {}, inherited: ['methods'] }
  t.equal(nameKey({ origin }, 'methods'), 'defaults.methods')
  t.equal(nameKey({ origin }, 'unenrolled'), 'clients.web.unenrolled')
  t.equal(nameKey({}, 'unenrolled'), undefined, 'a policy of no file')
})
