import t from 'tap'
import { publishMetadata, toPublicCookie, toPublicUrl } from '../../src/http/public-names.ts'

const names = {
  publicUrl: 'https://login.example.com',
  internal: new Set(['http://127.0.0.1:5000', 'https://op.corp.internal', 'http://op']),
}

const urls: [from: string, to: string][] = [
  ['http://127.0.0.1:5000/a?b#c', 'https://login.example.com/a?b#c'],
  ['https://op.corp.internal', 'https://login.example.com'],
  ['https://OP.corp.internal:443/x', 'https://login.example.com/x'],
  ['//op/x', 'https://login.example.com/x'],
  ['http://op:80/x', 'https://login.example.com/x'],
  ['https://op/x', 'https://op/x'],
  ['http://op:8080/x', 'http://op:8080/x'],
  ['http://op.example/x', 'http://op.example/x'],
  ['http://user@op/x', 'http://user@op/x'],
  ['https://app.example/cb?u=http://op/x', 'https://app.example/cb?u=http://op/x'],
  ['/x', '/x'],
  ['', ''],
  ['https://[bad/x', 'https://[bad/x'],
]
for (const [from, to] of urls) t.test(`a URL ${from}`, async (t) => t.equal(toPublicUrl(from, names), to))

const cookies: [from: string, to: string][] = [
  ['a=1; Path=/', 'a=1; Path=/'],
  ['a=1; Domain=op.corp.internal; Path=/', 'a=1; Path=/'],
  ['a=1;domain=.Corp.Internal ;Secure', 'a=1;Secure'],
  ['a=domain=op; Domain=127.0.0.1', 'a=domain=op'],
  ['a=1; Domain=example.com; HttpOnly', 'a=1; Domain=example.com; HttpOnly'],
  ['a=1; Domain=login.example.com', 'a=1; Domain=login.example.com'],
  ['a=1; Domain=other.example', 'a=1; Domain=other.example'],
  ['a=1; Domain=; Domain=op', 'a=1; Domain='],
]
for (const [from, to] of cookies) {
  t.test(`a cookie ${from}`, async (t) => t.equal(toPublicCookie(from, names), to))
}

t.test('a cookie of a domain that the public host is in too keeps it', async (t) => {
  const near = { publicUrl: 'https://login.corp.internal', internal: names.internal }
  const cookie = 'a=1; Domain=corp.internal'
  t.equal(toPublicCookie(cookie, near), cookie)
})

t.test('metadata: every address but the issuer', async (t) => {
  const metadata = {
    issuer: 'http://op',
    token_endpoint: 'http://op/token',
    mtls_endpoint_aliases: { token_endpoint: 'https://op.corp.internal/token' },
    grant_types_supported: ['authorization_code', 'http://op/grant'],
    policy: 'https://example.com/policy',
    max: 5,
    none: null,
  }
  t.same(JSON.parse(publishMetadata(JSON.stringify(metadata), names) ?? ''), {
    ...metadata,
    token_endpoint: 'https://login.example.com/token',
    mtls_endpoint_aliases: { token_endpoint: 'https://login.example.com/token' },
    grant_types_supported: ['authorization_code', 'https://login.example.com/grant'],
  })
})

t.test('metadata that stays as it is', async (t) => {
  const plain = { issuer: 'http://op', token_endpoint: 'https://login.example.com/token' }
  for (const text of [JSON.stringify(plain), 'no JSON', '', '[]', '"http://op"'.slice(1)]) {
    t.equal(publishMetadata(text, names), undefined, text)
  }
})
