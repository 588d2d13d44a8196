import t from 'tap'
import { resolveRequest } from '../../../src/legs/request/resolve-request.ts'
import { parseParameters } from '../../../src/oauth/parameters.ts'
import { createRecords } from '../../../src/records/records.ts'
import { createMemoryStore } from '../../../src/store/memory.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const object = (claims: unknown) => `${part({ alg: 'none' })}.${part(claims)}.`

/** What the authorization endpoint makes of a request URI behind which this was pushed. */
async function resolve(pushed: Record<string, string>, outer: Record<string, string> = {}) {
  const records = createRecords(createMemoryStore(Date.now), { timeout: 600_000, session: 600_000 })
  const query = `${new URLSearchParams(pushed)}`
  await records.pushedRequests.set('urn:one', { query, expiresAt: 7000 })
  const parameters = new URLSearchParams({ client_id: 'web', request_uri: 'urn:one', ...outer })
  return resolveRequest(records, parseParameters({ query: `${parameters}` }, 'authorization'))
}

t.test('a pushed request may hold a request object, which counts (RFC 9126 3)', async (t) => {
  const claims = { client_id: 'web', scope: 'openid email', redirect_uri: 'https://web.example.com/cb' }
  const { parameters, ...rest } = await resolve({ client_id: 'web', request: object(claims) })
  t.match(rest, { source: 'pushed', isContradictory: false, expiresAt: 7000, isObject: true })
  t.equal(parameters.get('scope'), 'openid email')
  t.equal(parameters.get('redirect_uri'), 'https://web.example.com/cb')
})

t.test('a request object ends when it says so', async (t) => {
  const records = createRecords(createMemoryStore(Date.now), { timeout: 600_000, session: 600_000 })
  for (const [exp, expiresAt] of [
    [7, 7000],
    [undefined, undefined],
    ['soon', undefined],
  ]) {
    const query = `client_id=web&request=${object({ scope: 'openid', exp })}`
    const resolved = await resolveRequest(records, parseParameters({ query }, 'authorization'))
    t.equal(resolved.expiresAt, expiresAt)
    t.equal(resolved.plainQuery, 'client_id=web&scope=openid')
  }
})

t.test('what it says is compared inside and outside', async (t) => {
  const openid = { client_id: 'web', request: object({ scope: 'openid' }) }
  const table: [name: string, pushed: Record<string, string>, outer: Record<string, string>, is: boolean][] =
    [
      ['the same beside the object', { ...openid, scope: 'openid' }, {}, false],
      ['another scope beside the object', { ...openid, scope: 'openid email' }, {}, true],
      ['the same outside', openid, { scope: 'openid' }, false],
      ['another scope outside', openid, { scope: 'openid email' }, true],
      [
        'less of the scope outside',
        { client_id: 'web', request: object({ scope: 'a openid' }) },
        { scope: 'openid' },
        false,
      ],
      [
        'less of the scope outside, no object',
        { client_id: 'web', scope: 'openid a' },
        { scope: 'openid' },
        false,
      ],
      ['the scope in another order', { client_id: 'web', scope: 'openid a' }, { scope: 'a openid' }, false],
      ['a scope of more outside', { client_id: 'web', scope: 'openid a' }, { scope: 'openid b' }, true],
      ['another client outside', openid, { client_id: 'other' }, true],
      ['another scope outside, no object', { client_id: 'web', scope: 'openid' }, { scope: 'email' }, true],
    ]
  for (const [name, pushed, outer, isContradictory] of table) {
    t.match(await resolve(pushed, outer), { source: 'pushed', isContradictory }, name)
  }
})

t.test('an object in it that can not be read makes all of it opaque', async (t) => {
  for (const [name, request] of Object.entries({
    'an encrypted object': 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc',
    'no JWT': 'x',
    'an object in the object': object({ request: object({}) }),
    'an address in the object': object({ request_uri: 'https://web.example.com/object' }),
  })) {
    t.match(await resolve({ client_id: 'web', request }), { source: 'opaque', expiresAt: undefined }, name)
  }
})

t.test('the scope of an object, and openid wherever it stands (OIDC Core 6.1)', async (t) => {
  const records = createRecords(createMemoryStore(Date.now), { timeout: 600_000, session: 600_000 })
  const table: [outer: string | undefined, inner: object, scope: string | undefined, is: boolean][] = [
    ['openid', { scope: 'openid email' }, 'openid email', false],
    ['openid', { scope: 'email' }, 'email openid', false],
    ['openid', {}, 'openid', false],
    [undefined, { scope: 'openid email' }, 'openid email', false],
    [undefined, {}, undefined, false],
    ['openid email', { scope: 'openid' }, 'openid', true],
    ['email', { scope: 'openid' }, 'openid', true],
  ]
  for (const [outer, inner, scope, isContradictory] of table) {
    const query = new URLSearchParams({ request: object(inner), ...(outer && { scope: outer }) })
    const resolved = await resolveRequest(records, parseParameters({ query: `${query}` }, 'authorization'))
    t.match(resolved, { source: 'object', isContradictory }, JSON.stringify([outer, inner]))
    t.equal(resolved.parameters.get('scope'), scope)
  }
})

t.test('what was pushed, as a plain request', async (t) => {
  const asked = { client_id: 'web', scope: 'openid', client_secret: 'secret' }
  t.equal((await resolve(asked)).plainQuery, 'client_id=web&scope=openid', 'without credentials')
  const byBasic = await resolve({ scope: 'openid' }, { client_id: 'a b' })
  t.equal(byBasic.plainQuery, 'scope=openid&client_id=a%20b', 'its client named itself by Basic')
  const within = await resolve({ client_id: 'web', request: object({ scope: 'openid', exp: 1 }) })
  t.match(within, { plainQuery: 'client_id=web&scope=openid', isObject: true })
  t.equal((await resolve(asked)).isObject, false)
})
