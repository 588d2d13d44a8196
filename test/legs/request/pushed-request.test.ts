import t from 'tap'
import { recordPushedRequest } from '../../../src/legs/request/pushed-request.ts'
import { createRecords } from '../../../src/records/records.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'

const uri = 'urn:ietf:params:oauth:request_uri:one'
const now = 1_000_000
const query = 'client_id=web'

const table: [name: string, body: string | undefined, expiresAt: number | undefined][] = [
  ['as the standard has it', JSON.stringify({ request_uri: uri, expires_in: 60 }), now + 60_000],
  ['for longer than anybody needs', JSON.stringify({ request_uri: uri, expires_in: 1e9 }), now + 3_600_000],
  ['without an end', JSON.stringify({ request_uri: uri }), now + 3_600_000],
  ['with an end that is no number', JSON.stringify({ request_uri: uri, expires_in: '60' }), now + 3_600_000],
  ['with a URI that is no text', JSON.stringify({ request_uri: 1, expires_in: 60 }), undefined],
  ['without a URI', '{}', undefined],
  ['null', 'null', undefined],
  ['with two URIs', `{"request_uri":"${uri}","request_uri":"urn:other"}`, undefined],
  ['no JSON', `request_uri=${uri}`, undefined],
  ['what can not be decoded', undefined, undefined],
]
for (const [name, body, expiresAt] of table) {
  t.test(`the OP's answer to a pushed request: ${name}`, async (t) => {
    const records = createRecords(
      createMemoryStore(() => now),
      { timeout: 600_000, session: 600_000 },
    )
    await recordPushedRequest(records, now, query, '127.0.0.1', body)
    const expected = expiresAt === undefined ? undefined : { query, expiresAt }
    t.same(await records.pushedRequests.get(uri), expected)
  })
}

t.test('what a client pushed that names itself by Basic only is remembered too', async (t) => {
  const records = createRecords(
    createMemoryStore(() => now),
    { timeout: 600_000, session: 600_000 },
  )
  const body = JSON.stringify({ request_uri: uri, expires_in: 60 })
  await recordPushedRequest(records, now, 'scope=openid', '127.0.0.1', body)
  t.match(await records.pushedRequests.get(uri), { query: 'scope=openid' })
})
