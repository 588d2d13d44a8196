import { ClientError } from 'openid-client'
import t from 'tap'
import { explainFailure } from '../../src/probe/probe-failure.ts'
import { Refusal } from '../../src/refusal.ts'

t.test('refusals, ours and wrapped', async (t) => {
  const table = [
    ['upstream_timeout', 'timeout'],
    ['upstream_unreachable', 'unreachable'],
    ['upstream_unreadable', 'upstream_error'],
    ['provider_unavailable', 'provider_unavailable'],
    ['not_found', 'internal'],
  ] as const
  for (const [code, reason] of table) {
    const refusal = new Refusal(code, 'the detail')
    const expected = { reason, detail: 'the detail' }
    t.same(explainFailure(refusal), expected)
    t.same(explainFailure(new ClientError('something went wrong', { cause: refusal })), expected)
  }
})

t.test('what is not expected says no more than its name', async (t) => {
  t.same(explainFailure(new TypeError('secret')), { reason: 'internal', detail: 'TypeError' })
  t.same(explainFailure('secret'), { reason: 'internal', detail: 'string' })
  t.same(explainFailure(new ClientError('a message', { cause: 'secret' })), {
    reason: 'id_token_invalid',
    detail: 'a message',
  })
})
