import { UnsecuredJWT } from 'jose'
import t from 'tap'
import { readTokenError, readTokenResponse } from '../../src/oauth/token-response.ts'

const read = (response: unknown) => readTokenResponse(JSON.stringify(response))

t.test('what is no token response', async (t) => {
  for (const body of ['{"access_token":"a","access_token":"b"}', '', '<html>', '[]', 'null', '1', '"a"'])
    t.equal(readTokenResponse(body), undefined, body)
})

t.test('the tokens in one', async (t) => {
  t.strictSame(read({ access_token: 'a', refresh_token: 'r' }), {
    idToken: { kind: 'absent' },
    accessToken: 'a',
    refreshToken: 'r',
  })
  t.match(read({ access_token: 1, refresh_token: {} }), { accessToken: undefined, refreshToken: undefined })
})

t.test('an ID token is read, absent, or unreadable', async (t) => {
  const idTokenOf = (claims: Record<string, unknown>): string => new UnsecuredJWT(claims).encode()
  const cases: [string, unknown, Record<string, unknown>][] = [
    ['one audience', idTokenOf({ sub: 'a', aud: 'web' }), { kind: 'read', audience: ['web'] }],
    ['two', idTokenOf({ aud: ['web', 'api'] }), { kind: 'read', audience: ['web', 'api'] }],
    ['what is no name', idTokenOf({ aud: [1, ['web'], 'web'] }), { kind: 'read', audience: ['web'] }],
    ['none', idTokenOf({ sub: 'a' }), { kind: 'read', audience: [], claims: { sub: 'a' } }],
    ['null', null, { kind: 'absent' }],
    [
      'a claim twice',
      `${new UnsecuredJWT({}).encode().split('.', 1)}.${Buffer.from('{"sub":1,"sub":2}').toString('base64url')}.`,
      { kind: 'unreadable' },
    ],
    ['odd audiences', idTokenOf({ aud: ['web', 1] as string[] }), { kind: 'read', audience: ['web'] }],
    ['no text', { sub: 'a' }, { kind: 'unreadable' }],
    ['no JWT', 'a.b', { kind: 'unreadable' }],
    ['encrypted', 'a.b.c.d.e', { kind: 'unreadable' }],
  ]
  for (const [name, idToken, expected] of cases) t.match(read({ id_token: idToken })?.idToken, expected, name)
})

t.test('the error of a token response', async (t) => {
  t.equal(readTokenError('{"error":"invalid_grant"}'), 'invalid_grant')
  for (const body of ['', '<html>', '[]', '{}', '{"error":1}', '{"error":"a","error":"b"}'])
    t.equal(readTokenError(body), undefined, body)
})
