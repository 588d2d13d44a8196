import t from 'tap'
import { decodeFormBytes } from '../../src/http/form-text.ts'
import { authorizationParameters, oauthParameters } from '../../src/oauth/oauth-parameters.ts'
import { type Parameters, parseParameters, readParameters } from '../../src/oauth/parameters.ts'
import type { RefusalCode } from '../../src/refusal.ts'
import { workMs } from '../lab/work-ms.ts'

type Rules = 'authorization' | 'backchannel'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
const read = (query: string, body?: string, rules: Rules = 'authorization'): Parameters =>
  parseParameters({ query, ...(body !== undefined && { body: Buffer.from(body, 'latin1') }) }, rules)

const authorization: [
  title: string,
  query: string,
  body: string | undefined,
  values: Record<string, unknown>,
][] = [
  ['a plain request', 'client_id=web&state=x', undefined, { client_id: ['web'], state: ['x'] }],
  ['nothing', '', undefined, { client_id: [] }],
  ['empty pairs', '&&client_id=web&', undefined, { client_id: ['web'] }],
  [
    'Q-01 a form that repeats its URL',
    'client_id=web&scope=a+b',
    'client_id=web&scope=a%20b',
    { scope: ['a b'] },
  ],
  ['Q-01 equal repetition in the query', 'client_id=web&client_id=web', undefined, { client_id: ['web'] }],
  [
    'Q-01 repeated resource and audience',
    'resource=a&resource=b&resource=a&audience=c&audience=d',
    undefined,
    {
      resource: ['a', 'b'],
      audience: ['c', 'd'],
    },
  ],
  ['Q-02 encoded names', 'client%5fid=web&%63lient_id=web', undefined, { client_id: ['web'] }],
  ['Q-06 plus and %20', 'scope=a+b&scope=a%20b', undefined, { scope: ['a b'] }],
  [
    'Q-06 UTF-8',
    `login_hint=%C3%A9&ui_locales=${latin1('é')}`,
    undefined,
    { login_hint: ['é'], ui_locales: ['é'] },
  ],
  ['Q-07 empty values', 'prompt=&client_id=web', undefined, { prompt: [], client_id: ['web'] }],
  ['Q-07 a name without a value', 'prompt&client_id=web', undefined, { prompt: [] }],
  [
    'Q-13 inherited names',
    '__proto__=a&constructor=b&toString=c',
    undefined,
    { __proto__x: [], constructor: ['b'] },
  ],
  ['an equals sign in a value', 'state=a=b==', undefined, { state: ['a=b=='] }],
  ['a semicolon where it ends nothing', 'state=a;b&x=c;d', undefined, { state: ['a;b'], x: ['c;d'] }],
  ['an escaped semicolon', 'redirect_uri=a%3Bclient_id%3Db', undefined, { redirect_uri: ['a;client_id=b'] }],
  ['a newline in claims', 'claims=%7B%0A%7D', undefined, { claims: ['{\n}'] }],
  ['own fields that repeat', '', 'choice=a&choice=b&choice=b', { choice: ['a', 'b'] }],
  ['own fields in latin1', '', 'password=%E9&user=\xe9%', { password: ['%E9'], user: ['\xe9%'] }],
  [
    'user names and passwords of login forms',
    '',
    'Username=a&Password=b&username=c&username=d',
    { username: ['c', 'd'] },
  ],
  ['tokens of login forms', 'token=a', 'token=b&__RequestVerificationToken=c', { token: ['a', 'b'] }],
  ['one code of a login form', '', 'code=123456&Code=1', { code: ['123456'] }],
  [
    'own fields with dots and brackets',
    '',
    'user.name=a&scopes[]=b&login.x=1&_session[id]=2',
    { 'user.name': ['a'] },
  ],
  ['camelCase', 'clientId=a&redirectUri=b', undefined, { clientId: ['a'] }],
]

for (const [title, query, body, values] of authorization) {
  t.test(`reads ${title}`, async (t) => {
    const parameters = read(query, body)
    for (const [name, all] of Object.entries(values)) {
      t.same(parameters.all(name), all, name)
      t.equal(parameters.get(name), (all as string[])[0], name)
      t.equal(parameters.has(name), (all as string[]).length > 0, name)
    }
  })
}

t.test('names every parameter, empty ones too', async (t) => {
  t.same([...read('prompt=&b=1', 'c=2&prompt=').names], ['prompt', 'b', 'c'])
})

/** Distinct ones of 255 bytes. */
const longNames = (count: number): string =>
  Array.from({ length: count }, (_, index) => `${String(index).padStart(255, 'a')}=1`).join('&')

const refused: [title: string, code: RefusalCode, query: string, body?: string | undefined, rules?: Rules][] =
  [
    ...[
      'client_id',
      'redirect_uri',
      'prompt',
      'scope',
      'response_type',
      'response_mode',
      'grant_type',
      'code',
    ].flatMap((name): [string, RefusalCode, string, string?][] => [
      [`Q-01 ${name} twice in the query`, 'ambiguous_parameters', `${name}=a&${name}=b`],
      [`Q-01 ${name} twice in the body`, 'ambiguous_parameters', '', `${name}=a&x=y&${name}=b`],
      [`Q-01 ${name} in query and body`, 'ambiguous_parameters', `${name}=a`, `${name}=b`],
    ]),
    ['Q-02 an encoded second name', 'ambiguous_parameters', 'client_id=a&%63lient%5Fid=b'],
    ['Q-03 an array', 'ambiguous_parameters', 'client_id[]=a'],
    ['Q-03 an indexed array', 'ambiguous_parameters', 'client_id%5B0%5D=a'],
    ['Q-03 an object', 'ambiguous_parameters', 'client_id.x=a'],
    ['Q-03 a nested object', 'ambiguous_parameters', 'client_id[a][b]=a'],
    ['Q-03 a dot for the underscore', 'ambiguous_parameters', 'client.id=a'],
    ['Q-03 a space for the underscore', 'ambiguous_parameters', 'client+id=a'],
    ['Q-03 a bracket for the underscore', 'ambiguous_parameters', 'client[id=a'],
    ['Q-03 a bracket in front', 'ambiguous_parameters', '[client_id]=a'],
    ['Q-03 another case', 'ambiguous_parameters', 'CLIENT_ID=a'],
    ['Q-03 one letter of another case', 'ambiguous_parameters', 'redirect_Uri=a'],
    ['Q-03 a space in front', 'ambiguous_parameters', '%20client_id=a'],
    ['Q-03 a space behind', 'ambiguous_parameters', 'client_id%20=a'],
    ['Q-03 a tab behind', 'ambiguous_parameters', 'client_id%09=a'],
    ['Q-03 NUL and more behind', 'ambiguous_parameters', 'client_id%00x=a'],
    ['Q-03 a no-break space in front', 'ambiguous_parameters', '%C2%A0client_id=a'],
    ['Q-03 a byte order mark in front', 'ambiguous_parameters', '', '\xef\xbb\xbfclient_id=a'],
    ['Q-03 a zero-width space within', 'ambiguous_parameters', 'client%E2%80%8B_id=a'],
    ['Q-03 full-width letters', 'ambiguous_parameters', '%EF%BD%83lient_id=a'],
    ['Q-03 a case fold of Unicode', 'ambiguous_parameters', 're%C5%BFponse_type=a'],
    ['Q-03 a name escaped twice', 'ambiguous_parameters', 'client%255Fid=a'],
    ['Q-03 a name with a %u escape', 'ambiguous_parameters', 'client%u005fid=a'],
    ['Q-03 an overlong underscore', 'ambiguous_parameters', 'client%C1%9Fid=a'],
    ['Q-03 a stray byte within', 'ambiguous_parameters', 'client%FF_id=a'],
    ['Q-03 a second question mark', 'ambiguous_parameters', '?client_id=a'],
    ['Q-04 a parameter after a semicolon', 'ambiguous_parameters', 'state=x;client_id=a'],
    ['Q-04 an HTML entity', 'ambiguous_parameters', 'state=x&amp;client_id=a'],
    ['Q-04 an array after a semicolon', 'ambiguous_parameters', 'state=x;client_id[]=a'],
    ['Q-04 a name without a value after a semicolon', 'ambiguous_parameters', 'state=x;prompt'],
    ['Q-04 a semicolon in a field of a form', 'ambiguous_parameters', '', 'choice=x;%63lient_id=a'],
    ['Q-04 a semicolon that ends a client_id', 'ambiguous_parameters', 'client_id=web;x'],
    ['Q-04 a semicolon that ends a code', 'ambiguous_parameters', '', 'code=abc;', 'backchannel'],
    ['Q-06 a broken escape', 'malformed_parameters', 'client_id=a%'],
    ['Q-06 an escape without hex digits', 'malformed_parameters', 'client_id=a%zz'],
    ['Q-06 a %u escape', 'malformed_parameters', 'client_id=%u0063'],
    ['Q-06 invalid UTF-8', 'malformed_parameters', 'client_id=%FF'],
    ['Q-06 overlong UTF-8', 'malformed_parameters', 'redirect_uri=%C0%AF'],
    ['Q-06 a surrogate', 'malformed_parameters', 'state=%ED%A0%80'],
    ['Q-06 latin1', 'malformed_parameters', '', 'login_hint=\xe9'],
    ['Q-06 a code point that is no byte', 'malformed_parameters', 'login_hint=\u0130'],
    ['Q-06 NUL in a state', 'malformed_parameters', 'state=a%00'],
    ['Q-06 a newline in a redirect URI', 'malformed_parameters', 'redirect_uri=a%0A'],
    ['C-07 a control character in a client_id', 'malformed_parameters', 'client_id=a%1B'],
    ['C-07 a C1 control character in a client_id', 'malformed_parameters', 'client_id=a%C2%85'],
    ['C-07 a long client_id', 'malformed_parameters', `client_id=${'a'.repeat(4097)}`],
    ['G-02 a newline in a grant_type', 'malformed_parameters', '', 'grant_type=password%0A', 'backchannel'],
    ['Q-08 a tab in a prompt', 'malformed_parameters', 'prompt=none%09login'],
    ['Q-07 an empty value and another', 'ambiguous_parameters', 'client_id=&client_id=x'],
    ['Q-07 an empty value in the body', 'ambiguous_parameters', 'prompt=login', 'prompt'],
    [
      'Q-12 a client_id in the query of a token request',
      'malformed_parameters',
      'client_id=a',
      'x=y',
      'backchannel',
    ],
    ['Q-12 an equal one', 'malformed_parameters', 'client_id=a', 'client_id=a', 'backchannel'],
    ['Q-12 one that is encoded', 'malformed_parameters', '%63lient_id=a', undefined, 'backchannel'],
    ['Q-12 one in another case', 'ambiguous_parameters', 'Code=a', undefined, 'backchannel'],
    ['Q-06 a malformed name in a token request', 'malformed_parameters', '', '%F=a', 'backchannel'],
    ['Q-06 a malformed name in a form', 'malformed_parameters', '', 'x%=a'],
    ['Q-15 a name that is not UTF-8', 'ambiguous_parameters', '', '%E9=a'],
    ['Q-15 the same in a token request', 'ambiguous_parameters', '', '%FF=a', 'backchannel'],
    ['Q-15 a name outside ASCII', 'ambiguous_parameters', '', `${latin1('größe')}=a`],
    ['Q-15 a letter in a circle', 'ambiguous_parameters', '%F0%9F%85%92lient_id=a'],
    ['Q-15 one that is escaped twice', 'ambiguous_parameters', '%25F0%259F%2585%2592lient_id=a'],
    ['Q-15 one in %u escapes', 'ambiguous_parameters', '%25uD83C%25uDD52lient_id=a'],
    ['Q-15 what counts as nothing, escaped twice', 'ambiguous_parameters', 'client%25D9%2580_id=a'],
    ['Q-15 a combining letter, escaped twice', 'ambiguous_parameters', '%25CD%25A8lient_id=a'],
    ['Q-15 a name outside ASCII after a semicolon', 'ambiguous_parameters', `state=x;${latin1('größe')}=a`],
    ['D-09 a long name', 'malformed_parameters', '', `${'x'.repeat(257)}=a`],
    ['D-09 a long name after a semicolon', 'malformed_parameters', '', `x=a;${'x'.repeat(257)}=a`],
    ['D-09 many semicolons', 'body_too_large', '', `x=a${';A'.repeat(1000)}`],
    ['D-09 many long names', 'body_too_large', '', longNames(258)],
    [
      'D-09 many long names after semicolons',
      'body_too_large',
      '',
      `x=a;${longNames(258).replaceAll('&', ';')}`,
    ],
    ['D-09 many long names in all', 'body_too_large', longNames(200), longNames(58)],
    ['D-09 semicolons and ampersands', 'body_too_large', '', `x=a${';A&B'.repeat(500)}`],
    [
      'Q-06 a malformed value of any name in a token request',
      'malformed_parameters',
      '',
      'x=%FF',
      'backchannel',
    ],
    [
      'Q-03 a variant of a password in a token request',
      'ambiguous_parameters',
      '',
      'Password=a',
      'backchannel',
    ],
    ['Q-03 code[] in a token request', 'ambiguous_parameters', '', 'code[]=a', 'backchannel'],
    [
      'Q-01 username twice in a token request',
      'ambiguous_parameters',
      '',
      'username=a&username=b',
      'backchannel',
    ],
    ['Q-14 many parameters', 'body_too_large', 'a=b&'.repeat(1001)],
    ['Q-14 many parameters in all', 'body_too_large', 'a=b&'.repeat(500), 'a=b&'.repeat(501)],
    ['Q-14 one parameter after many ampersands', 'body_too_large', '', `${'&'.repeat(100_000)}client_id=a`],
  ]

for (const [title, code, query, body, rules] of refused) {
  t.test(`refuses ${title}`, async (t) => {
    t.throws(() => read(query, body, rules), { name: 'Refusal', code })
  })
}

t.test("Q-12 a token request has its parameters in the body, and the OP's own in the query", async (t) => {
  const parameters = read(
    'p=B2C_1&api-version=1',
    'grant_type=password&password=%C3%A9&x=1&x=2',
    'backchannel',
  )
  t.equal(parameters.get('grant_type'), 'password')
  t.equal(parameters.get('password'), 'é')
  t.equal(parameters.get('p'), 'B2C_1')
  t.same(parameters.all('x'), ['1', '2'])
})

t.test('D-09 as many names as a form has pass', async (t) => {
  t.equal(read('', longNames(257)).names.size, 257)
})

t.test('C-07 the longest client_id passes', async (t) => {
  t.equal(read(`client_id=${'a'.repeat(4096)}`).get('client_id')?.length, 4096)
})

t.test('L-01 no refusal quotes a value from the wire', async (t) => {
  const canary = 'canary-4711'
  for (const query of [
    `code=${canary}&code=x`,
    `${canary}=%FF&client_id=%FF`,
    `x=${canary};client_id=${canary}`,
  ]) {
    try {
      read(query)
      t.fail(query)
    } catch (error) {
      t.notMatch(String(error), canary)
    }
  }
})

const queries: [title: string, query: string, body: string | undefined, expected: string][] = [
  [
    'values byte for byte',
    'client_id=web&code_challenge=a-b_c~%2d&state=a+b%20c',
    undefined,
    'client_id=web&code_challenge=a-b_c~%2d&state=a+b%20c',
  ],
  ['equal repetitions once', 'client_id=web', 'client_id=%77eb&x=1', 'client_id=web&x=1'],
  ['own fields as often as they came', 'x=1&x=1', undefined, 'x=1&x=1'],
  ['unescaped semicolons escaped', 'state=a;b', undefined, 'state=a%3Bb'],
  ['raw bytes escaped', '', 'x=\xe9 "#\\&login_hint=\xc3\xa9', 'x=%E9%20%22%23%5C&login_hint=%C3%A9'],
  ['unreadable values of forms', '', 'x=%zz&a', 'x=%zz&a='],
]

for (const [title, query, body, expected] of queries) {
  t.test(`G-09 writes ${title}`, async (t) => t.equal(read(query, body).toQuery(), expected))
}

t.test('writes a query with changes', async (t) => {
  const parameters = read('prompt=login&client_id=web&max_age=10&y=%FF')
  const changes = new Map([
    ['prompt', undefined],
    ['max_age', '70'],
    ['state', 'a b&c'],
  ])
  t.equal(parameters.toQuery(changes), 'client_id=web&y=%FF&max_age=70&state=a+b%26c')
})

t.test('writes what is of OAuth without what else a form holds', async (t) => {
  const parameters = read('client_id=%77eb&x=1', 'password=secret&state=a;b&resource=urn:a&resource=urn:b')
  t.equal(parameters.toOAuthQuery(), 'client_id=%77eb&state=a%3Bb&resource=urn:a&resource=urn:b')
})

t.test('knows the names of the specifications', async (t) => {
  for (const name of ['client_id', 'request_uri', 'authorization_details', 'dpop_jkt', 'claims']) {
    t.ok(authorizationParameters.has(name), name)
    t.ok(oauthParameters.has(name), name)
  }
  for (const name of ['code', 'subject_token', 'device_code', 'auth_req_id', 'client_assertion']) {
    t.ok(oauthParameters.has(name), name)
  }
})

t.test('D-06 reads adversarial forms fast', async (t) => {
  const size = 512 * 1024
  for (const body of [
    `x=${';'.repeat(size)}`,
    `x=${';a'.repeat(size / 2)}`,
    `${' '.repeat(size)}x=1`,
    `${'%20'.repeat(size / 3)}x=1`,
    `${'['.repeat(size)}=1`,
    `x=${'%41'.repeat(size / 3)}`,
    `x%20${'%E2%80%8B'.repeat(size / 9)}=1`,
    `a=b&`.repeat(size / 4),
  ]) {
    const work = await workMs(() => {
      try {
        read('', body)
      } catch (error) {
        t.match(error, { name: 'Refusal' })
      }
    })
    t.ok(work < 5000, body.slice(0, 8))
  }
})

t.test('no query of the parameters has more bytes than are told', (t) => {
  const queries = [
    '',
    'a',
    '&&',
    'a&b=&c=d&=e',
    'state=%e9%20+\xe9&x=%41%4',
    'resource=a&resource=b&resource=a',
    'a=b;c',
  ]
  for (const query of queries) {
    const { parameters } = readParameters({ query, body: Buffer.from('client_id=c') }, 'authorization')
    const decoded = decodeFormBytes(parameters.toQuery())
    t.ok(decoded.length <= parameters.mostBytes, `${query}: ${decoded}`)
    t.ok(parameters.mostBytes <= 2 * query.length + 'client_id=c'.length + 2, `${query}: not many more`)
  }
  t.end()
})
