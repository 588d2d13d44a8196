import t from 'tap'
import { findRepeatable } from '../../../src/legs/request/repeatable-request.ts'
import type { ResolvedRequest } from '../../../src/legs/request/resolve-request.ts'
import { parseParameters } from '../../../src/oauth/parameters.ts'

const issuer = 'https://login.example.com'
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
}
const target = '/auth?client_id=web&request=x'
const plainQuery = 'client_id=web&scope=openid'
const plainTarget = `/auth?${plainQuery}`

const table: (readonly [
  name: string,
  it: Partial<ResolvedRequest> & { query?: string },
  says: Record<string, boolean>,
  repeatable: object,
])[] = [
  ['a plain one', { source: 'plain', plainQuery }, {}, { target }],
  ['what can not be read', { source: 'opaque' }, {}, {}],
  [
    'a pushed one',
    { source: 'pushed', plainQuery, expiresAt: 9 },
    { require_signed_request_object: true },
    { target, targetUntil: 9, plainTarget },
  ],
  [
    'a pushed one that must be pushed',
    { source: 'pushed', plainQuery, expiresAt: 9 },
    { require_pushed_authorization_requests: true },
    { target, targetUntil: 9 },
  ],
  [
    'a pushed object that must be signed',
    { source: 'pushed', plainQuery, isObject: true },
    { require_signed_request_object: true },
    { target },
  ],
  [
    'an object',
    { source: 'object', plainQuery, isObject: true, expiresAt: 9 },
    { require_pushed_authorization_requests: true },
    { target, targetUntil: 9, plainTarget },
  ],
  [
    'an object that must be signed',
    { source: 'object', plainQuery, isObject: true },
    { require_signed_request_object: true },
    { target },
  ],
  ...['prompt=login', 'prompt=consent', 'max_age=0'].map(
    (query) =>
      [
        `an object with ${query}`,
        { source: 'object', plainQuery, isObject: true, query },
        {},
        { plainTarget },
      ] as const,
  ),
  [
    'an object with prompt=login that must be signed',
    { source: 'object', plainQuery, isObject: true, query: 'prompt=login' },
    { require_signed_request_object: true },
    {},
  ],
  [
    'one that is too long by its parameters',
    { source: 'object', plainQuery: `x=${'y'.repeat(15_000)}`, isObject: true },
    {},
    { target },
  ],
]

for (const [name, { query = '', ...it }, says, repeatable] of table) {
  t.test(`how it is repeated: ${name}`, async (t) => {
    const parameters = parseParameters({ query }, 'authorization')
    const resolved = { source: 'plain', isContradictory: false, ...it, parameters } as const
    t.strictSame(findRepeatable({ ...metadata, ...says }, resolved, target), repeatable)
  })
}

t.test('what is too long for a URL is not repeated', async (t) => {
  const parameters = parseParameters({ query: '' }, 'authorization')
  const resolved = { source: 'plain', isContradictory: false, parameters } as const
  t.strictSame(findRepeatable(metadata, resolved, `/auth?${'x'.repeat(15_000)}`), {})
})
