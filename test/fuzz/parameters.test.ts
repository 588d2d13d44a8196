import fc from 'fast-check'
import t from 'tap'
import { decisiveParameters, identifyingParameters } from '../../src/oauth/oauth-parameters.ts'
import { type Parameters, parseParameters, readParameters } from '../../src/oauth/parameters.ts'
import { Refusal } from '../../src/refusal.ts'
import { checkProperty, oddText, orRefusal } from './check.ts'
import { forms, splitsAtSemicolons } from './lenient-forms.ts'

type Rules = 'authorization' | 'backchannel'

const names = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'prompt',
  'request',
  'request_uri',
]
const tokenNames = ['client_id', 'grant_type', 'code', 'refresh_token', 'client_assertion', 'redirect_uri']

const read = (query: string, body: string, rules: Rules): Parameters | 'refused' =>
  orRefusal(
    () => parseParameters({ query, body: Buffer.from(body, 'latin1') }, rules),
    (error) => error instanceof Refusal,
  )

/** The same where only what identifies a request has to be read alike. */
const readLoosely = (query: string, body: string, rules: Rules): Parameters | 'refused' =>
  orRefusal(
    () => readParameters({ query, body: Buffer.from(body, 'latin1') }, rules).parameters,
    (error) => error instanceof Refusal,
  )

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

const spelling: fc.Arbitrary<(name: string) => string> = fc.oneof(
  { weight: 6, arbitrary: fc.constant((name: string) => name) },
  fc.constantFrom<(name: string) => string>(
    (name) => name.toUpperCase(),
    (name) => name.replace('_', '.'),
    (name) => name.replace('_', '+'),
    (name) => name.replace('_', '%5f'),
    (name) => name.replace('_', '%255f'),
    (name) => name.replace('_', '['),
    (name) => `${name}[]`,
    (name) => `${name}[0]`,
    (name) => `${name}%5B%5D`,
    (name) => `${name}%00`,
    (name) => `${name}%00x`,
    (name) => `+${name}`,
    (name) => `${name}+`,
    (name) => `%09${name}`,
    (name) => latin1(name.replace('c', '\uff43')),
    (name) => `a;${name}`,
    (name) => name.replace('i', '%69'),
  ),
)

const value = fc.oneof(
  fc.constantFrom(
    'web',
    'other',
    'a;client_id=other',
    'a%3bb',
    '',
    'code',
    'openid+profile',
    'a%26scope%3db',
  ),
  oddText,
)

const pairs = (known: readonly string[]) =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...known), spelling, value) },
        fc.tuple(
          oddText,
          fc.constant((name: string) => name),
          value,
        ),
      ),
      { maxLength: 6 },
    )
    .map((list) => list.map(([name, spell, text]) => `${spell(name)}=${text.replaceAll('&', '')}`).join('&'))

/** Whether every server reads of a parameter what we read. */
function agrees(query: string, body: string, ours: Parameters, name: string): boolean {
  const readers = decisiveParameters.has(name) ? [...forms, splitsAtSemicolons] : forms
  return readers.every((reader) => (reader(query, body, name) || undefined) === ours.get(name))
}

for (const [rules, known] of [
  ['authorization', names],
  ['backchannel', tokenNames],
] as const) {
  await checkProperty(
    t,
    `${rules}: what we read is what every server reads, or it is refused`,
    fc.property(pairs(known), pairs(known), (query, body) => {
      const ours = read(query, body, rules)
      return ours === 'refused' || known.every((name) => agrees(query, body, ours, name))
    }),
    2000,
  )
  await checkProperty(
    t,
    `${rules}: whose request it is every server reads alike, however loose the rest is`,
    fc.property(pairs(known), pairs(known), (query, body) => {
      const ours = readLoosely(query, body, rules)
      const identifying = known.filter((name) => identifyingParameters.has(name))
      return ours === 'refused' || identifying.every((name) => agrees(query, body, ours, name))
    }),
    2000,
  )
  await checkProperty(
    t,
    `${rules}: a request that is driven again says the same`,
    fc.property(pairs(known), (text) => {
      const [query, body] = rules === 'authorization' ? [text, ''] : ['', text]
      const ours = read(query, body, rules)
      if (ours === 'refused') return true
      const again = read(
        rules === 'authorization' ? ours.toQuery() : '',
        rules === 'authorization' ? '' : ours.toQuery(),
        rules,
      )
      return again !== 'refused' && known.every((name) => again.get(name) === ours.get(name))
    }),
  )
}

await checkProperty(
  t,
  'nothing but a refusal is ever thrown',
  fc.property(
    oddText,
    oddText,
    fc.constantFrom<Rules>('authorization', 'backchannel'),
    (query, body, rules) => {
      read(query, body, rules)
    },
  ),
  1000,
)

t.test('the models are lenient enough to be fooled', async (t) => {
  for (const query of [
    'client_id=web&client_id=other',
    'client_id=web&client.id=other',
    'client_id=web&CLIENT_ID=other',
    'client_id=web&client_id%00=other',
    'client_id=web&client%255fid=other',
    'client_id=web&client_id[]=other',
    'client_id=web;client_id=other',
  ]) {
    const readings = new Set([...forms, splitsAtSemicolons].map((reader) => reader(query, '', 'client_id')))
    t.ok(readings.size > 1, `servers differ on ${query}`)
    t.equal(read(query, '', 'authorization'), 'refused', query)
  }
})
