import t from 'tap'
import { requireAllowed } from '../../../src/store/redis/client-options.ts'

const table: [address: string, isAllowed: boolean][] = [
  ['127.0.0.1:6379', true],
  ['10.1.2.3:6379', true],
  ['fd00::1:6379', true],
  ['store.internal:6379', true],
  ['203.0.113.7:6379', false],
  ['2001:db8::1:6379', false],
]

t.test('servers that a cluster or a sentinel names', async (t) => {
  for (const [address, isAllowed] of table) {
    const require = () => requireAllowed({ isTls: false }, address)
    if (isAllowed) t.doesNotThrow(require, address)
    else t.throws(require, { message: /is a public address, and store is plain redis/ })
    t.doesNotThrow(() => requireAllowed({ isTls: true }, address), `${address} by TLS`)
  }
})
