import { UnsecuredJWT } from 'jose'
import t from 'tap'
import { readJwt } from '../../src/oauth/jwt.ts'

const encode = (text: string | Buffer) => Buffer.from(text).toString('base64url')
const header = encode('{"alg":"ES256"}')
const claims = encode('{"sub":"a"}')

t.test('header and claims', async (t) => {
  t.strictSame(readJwt(`${header}.${claims}.c2ln`, 'anybody'), {
    header: { alg: 'ES256' },
    claims: { sub: 'a' },
  })
  t.match(readJwt(new UnsecuredJWT({ sub: 'a' }).encode(), 'clients'), { claims: { sub: 'a' } })
})

t.test('what does not read in one way', async (t) => {
  const cases = {
    nothing: '',
    'two parts': `${header}.${claims}`,
    'four parts': `${header}.${claims}.a.b`,
    encrypted: `${header}.a.b.c.d`,
    'no header': `.${claims}.a`,
    'no claims': `${header}..a`,
    'base64 of the other alphabet': `${header}.${claims}+/.a`,
    padding: `${header}.${claims}=.a`,
    'a line end': `${header}.${claims}.a\n`,
    'claims that are no object': `${header}.${encode('[]')}.a`,
    'a header that is no JSON': `${encode('x')}.${claims}.a`,
    'a byte order mark': `${header}.${encode('\ufeff{"sub":"a"}')}.a`,
    'no UTF-8': `${header}.${encode(Buffer.from('{"sub":"\xe9"}', 'latin1'))}.a`,
    'a claim twice': `${header}.${encode('{"sub":"a","sub":"b"}')}.a`,
    'a member of the header twice': `${encode('{"alg":"none","alg":"ES256"}')}.${claims}.a`,
    'too long': `${header}.${encode(`{"sub":"${'a'.repeat(64 * 1024)}"}`)}.a`,
  }
  for (const [name, jwt] of Object.entries(cases)) t.equal(readJwt(jwt, 'clients'), undefined, name)
})
