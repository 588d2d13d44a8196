import { SignJWT, UnsecuredJWT } from 'jose'
import t from 'tap'
import { readRequestObject } from '../../src/oauth/request-object.ts'

const key = new TextEncoder().encode('a key that is long enough for HS256')
const sign = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key)

t.test('the parameters of a request object, signed or not', async (t) => {
  const claims = {
    iss: 'web',
    aud: 'op',
    exp: 2e9,
    client_id: 'web',
    max_age: 60,
    claims: { id_token: null },
  }
  const expected = new Map([
    ['client_id', 'web'],
    ['max_age', '60'],
    ['claims', '{"id_token":null}'],
  ])
  t.strictSame(readRequestObject(await sign(claims)), expected)
  t.strictSame(readRequestObject(new UnsecuredJWT(claims).encode()), expected)
  t.strictSame(readRequestObject(await sign({ a: true })), new Map([['a', 'true']]))
})

t.test('what is no request object that can be read', async (t) => {
  const encrypted = 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA'
  const twice = Buffer.from('{"client_id":"web","client_id":"other"}').toString('base64url')
  for (const jwt of [
    `eyJhbGciOiJub25lIn0.${twice}.`,
    '',
    'a',
    'a.b.c',
    encrypted,
    await sign({ state: null }),
  ]) {
    t.equal(readRequestObject(jwt), undefined, jwt)
  }
})
