import t from 'tap'
import { readClient } from '../../src/oauth/client-authentication.ts'
import { parseParameters } from '../../src/oauth/parameters.ts'
import type { RefusalCode } from '../../src/refusal.ts'

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const basic = (credentials: string | Buffer) => `Basic ${base64(credentials)}`
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const jwt = (claims: unknown, header: unknown = { alg: 'ES256' }) =>
  `${encode(header)}.${encode(claims)}.c2ln`
const rawJwt = (claims: string, header = '{"alg":"ES256"}') =>
  [header, claims, 'sig'].map((text) => Buffer.from(text).toString('base64url')).join('.')
const assert = (assertion: string) => `client_assertion=${assertion}`
const read = (authorization: string | undefined, body = '') =>
  readClient(authorization, parseParameters({ query: '', body: Buffer.from(body) }, 'backchannel'))

const web = jwt({ iss: 'web', sub: 'web' })

const clients: [title: string, authorization: string | undefined, body: string, names: string[]][] = [
  ['nobody', undefined, '', []],
  ['nobody with an empty client_id', undefined, 'client_id=', []],
  ['a public client', undefined, 'client_id=web', ['web']],
  ['client_secret_post', undefined, 'client_id=web&client_secret=s', ['web']],
  ['client_secret_basic', basic('web:secret'), '', ['web']],
  ['Basic and the same client_id', basic('web:secret'), 'client_id=web', ['web']],
  ['C-03 a lower-case scheme', basic('web:secret').replace('Basic', 'basic'), '', ['web']],
  ['C-03 an empty secret', basic('web:'), '', ['web']],
  ['C-03 colons in the secret', basic('web:a:b'), '', ['web']],
  ['C-03 a secret in latin1', basic(Buffer.from('web:\xe9%', 'latin1')), '', ['web']],
  ['C-03 UTF-8', basic('wéb:s'), '', ['wéb']],
  ['C-03 a dot and a tilde', basic('my.client~1:s'), '', ['my.client~1']],
  ['C-03 a form-encoded id', basic('a%3Ab:s'), '', ['a:b', 'a%3Ab']],
  ['C-03 a form-encoded plus', basic('a%2Bb:s'), '', ['a+b', 'a%2Bb']],
  ['C-03 an unencoded plus', basic('a+b:s'), '', ['a b', 'a+b']],
  ['C-03 a plus that the body confirms', basic('a+b:s'), 'client_id=a%2Bb', ['a+b', 'a b']],
  ['C-03 a plus that the body reads as a space', basic('a+b:s'), 'client_id=a+b', ['a b', 'a+b']],
  ['another scheme', 'Bearer abc', 'client_id=web', ['web']],
  ['DPoP', 'DPoP abc', '', []],
  ['C-04 an assertion', undefined, assert(web), ['web']],
  ['C-04 an assertion and the same client_id', undefined, `client_id=web&${assert(web)}`, ['web']],
  ['C-04 an assertion and the same Basic', basic('web:s'), assert(web), ['web']],
  ['C-05 a client with a certificate', undefined, 'client_id=mtls', ['mtls']],
]

for (const [title, authorization, body, names] of clients) {
  t.test(`reads ${title}`, async (t) => t.strictSame(read(authorization, body), { names }))
}

/** What a protected client is refused for: any of the names may count. */
const torn: [
  title: string,
  code: RefusalCode,
  authorization: string | undefined,
  body: string,
  names: string[],
][] = [
  [
    'C-01 Basic and another client_id',
    'ambiguous_parameters',
    basic('other:s'),
    'client_id=web',
    ['web', 'other'],
  ],
  ['C-01 another case', 'ambiguous_parameters', basic('Web:s'), 'client_id=web', ['web', 'Web']],
  [
    'C-01 neither reading of Basic',
    'ambiguous_parameters',
    basic('a+b:s'),
    'client_id=ab',
    ['ab', 'a b', 'a+b'],
  ],
  ['C-03 two spaces', 'malformed_headers', basic('web:s').replace(' ', '  '), '', ['web']],
  ['C-03 a tab', 'malformed_headers', basic('web:s').replace(' ', '\t'), '', ['web']],
  ['C-03 a space in front', 'malformed_headers', ` ${basic('web:s')}`, '', ['web']],
  ['C-03 a space behind', 'malformed_headers', `${basic('web:s')} `, '', ['web']],
  ['C-03 missing padding', 'malformed_headers', basic('web:s1').replace(/=+$/, '').slice(0, -1), '', ['web']],
  [
    'C-03 padding that is left out',
    'malformed_headers',
    basic('web:').replaceAll('=', '') + 'A'.repeat(3),
    '',
    ['web'],
  ],
  ['C-03 too much padding', 'malformed_headers', `${basic('web:s1')}=`, '', ['web']],
  ['C-03 bits behind the end', 'malformed_headers', 'Basic d2ViOnM6YR==', '', ['web']],
  [
    'C-04 another client_id',
    'ambiguous_parameters',
    undefined,
    `client_id=other&${assert(web)}`,
    ['other', 'web'],
  ],
  ['C-04 another Basic', 'ambiguous_parameters', basic('other:s'), assert(web), ['web', 'other']],
  [
    'C-04 three in disagreement',
    'ambiguous_parameters',
    basic('web:s'),
    `client_id=other&${assert(web)}`,
    ['other', 'web'],
  ],
]

for (const [title, code, authorization, body, names] of torn) {
  t.test(`reads with a fault ${title}`, async (t) => {
    t.match(read(authorization, body), { names, fault: { name: 'Refusal', code, statusCode: 400 } })
  })
}

const refused: [title: string, code: RefusalCode, authorization: string | undefined, body?: string][] = [
  ['C-03 no credentials', 'malformed_headers', 'Basic'],
  ['C-03 empty credentials', 'malformed_headers', 'Basic '],
  ['C-03 no space', 'malformed_headers', `Basic${base64('web:s')}`],
  ['C-03 base64url', 'malformed_headers', 'Basic d2ViOn-_'],
  ['C-03 two credentials', 'malformed_headers', `${basic('web:s')}, ${basic('other:s')}`],
  ['C-03 no colon', 'malformed_headers', basic('web')],
  ['C-03 an empty id', 'malformed_headers', basic(':secret')],
  ['C-03 nothing but an escape of nothing', 'malformed_headers', basic('%:s')],
  ['C-03 an invalid escape', 'malformed_headers', basic('we%zzb:s')],
  ['C-03 an id in latin1', 'malformed_headers', basic(Buffer.from('w\xe9b:s', 'latin1'))],
  ['C-03 an escaped id in latin1', 'malformed_headers', basic('w%E9b:s')],
  ['C-07 a control character', 'malformed_headers', basic('we\nb:s')],
  ['C-07 an escaped control character', 'malformed_headers', basic('web%00:s')],
  ['C-07 a long id', 'malformed_headers', basic(`${'a'.repeat(4097)}:s`)],
  ['C-04 another issuer', 'malformed_parameters', undefined, assert(jwt({ iss: 'other', sub: 'web' }))],
  ['C-04 no issuer', 'malformed_parameters', undefined, assert(jwt({ sub: 'web' }))],
  ['C-04 no subject', 'malformed_parameters', undefined, `client_id=web&${assert(jwt({ iss: 'web' }))}`],
  ['S-04 a subject that is no string', 'malformed_parameters', undefined, assert(jwt({ iss: 1, sub: 1 }))],
  ['S-04 an empty subject', 'malformed_parameters', undefined, assert(jwt({ iss: '', sub: '' }))],
  [
    'S-04 an array of subjects',
    'malformed_parameters',
    undefined,
    assert(jwt({ iss: ['web'], sub: ['web'] })),
  ],
  ['S-04 neither issuer nor subject', 'malformed_parameters', undefined, assert(jwt({}))],
  [
    'C-04 alg none',
    'malformed_parameters',
    undefined,
    assert(jwt({ iss: 'web', sub: 'web' }, { alg: 'none' })),
  ],
  [
    'C-04 alg None',
    'malformed_parameters',
    undefined,
    assert(jwt({ iss: 'web', sub: 'web' }, { alg: 'None' })),
  ],
  ['C-04 no alg', 'malformed_parameters', undefined, assert(jwt({ iss: 'web', sub: 'web' }, {}))],
  [
    'C-04 JWE',
    'malformed_parameters',
    undefined,
    assert(`${encode({ alg: 'dir', enc: 'A256GCM' })}..aQ.aQ.aQ`),
  ],
  ['C-04 SAML', 'malformed_parameters', undefined, assert('PHNhbWw6QXNzZXJ0aW9uPg')],
  [
    'C-04 a header that is no JSON',
    'malformed_parameters',
    undefined,
    assert(`e.${encode({ iss: 'web', sub: 'web' })}.e`),
  ],
  ['C-04 claims that are no object', 'malformed_parameters', undefined, assert(jwt([]))],
  [
    'J-09 a subject twice',
    'malformed_parameters',
    undefined,
    assert(rawJwt('{"iss":"web","sub":"other","sub":"web"}')),
  ],
  [
    'J-09 a subject in two cases',
    'malformed_parameters',
    undefined,
    assert(rawJwt('{"iss":"web","sub":"web","Sub":"other"}')),
  ],
  [
    'J-09 an algorithm twice',
    'malformed_parameters',
    undefined,
    assert(rawJwt('{"iss":"web","sub":"web"}', '{"alg":"none","alg":"ES256"}')),
  ],
]

for (const [title, code, authorization, body] of refused) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => read(authorization, body), { name: 'Refusal', code, statusCode: 400 })
  })
}

t.test('L-01 no refusal quotes credentials', async (t) => {
  for (const body of [assert('canary4711.canary4711.x'), assert(`${encode({ alg: 'none' })}.canary4711.x`)]) {
    try {
      read(undefined, body)
      t.fail(body)
    } catch (error) {
      t.notMatch(String(error), /canary4711/)
      t.notMatch(String((error as Error).cause), /canary4711/)
    }
  }
})
