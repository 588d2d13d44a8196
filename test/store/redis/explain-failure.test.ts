import { ErrorReply } from '@redis/client'
import t from 'tap'
import { publicAddressCode } from '../../../src/http/private-lookup.ts'
import { explainFailure, NoAnswer } from '../../../src/store/redis/explain-failure.ts'

const coded = (code: unknown) => Object.assign(new Error('a message'), { code })

const table: [failure: unknown, said: string][] = [
  [new NoAnswer(500), 'it does not answer within 500 ms'],
  [new ErrorReply('LOADING Redis is loading the dataset in memory'), 'it is still loading its data'],
  [new ErrorReply('MOVED 1234 127.0.0.1:7001'), 'it is a node of a cluster: list it in store.cluster'],
  [
    new ErrorReply(
      'ERR unknown command `HELLO`, with args beginning with: `3` `AUTH` `default` `the password`',
    ),
    'it answers with an error (ERR)',
  ],
  [new ErrorReply('no code'), 'it answers with an error ()'],
  [coded('ECONNREFUSED'), 'it can not be reached (ECONNREFUSED)'],
  [coded(1), 'a message'],
  [coded(publicAddressCode), 'a message'],
  [new DOMException('', 'TimeoutError'), 'it accepts no connection in time'],
  ['something else', 'it can not be reached'],
]

t.test('why a store can not be used', async (t) => {
  for (const [failure, said] of table) t.equal(explainFailure(failure), said)
})
