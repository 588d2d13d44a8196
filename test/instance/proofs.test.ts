import t from 'tap'
import { createProofs } from '../../src/instance/proofs.ts'
import { makeConfig } from '../upstream/config.ts'

const now = 1_790_000_000_000
const config = makeConfig({})
const proofs = createProofs(config)
const question = proofs.make('question', now)

t.match(question, /^1790000000000\.[\w-]{22}\.[\w-]{43}$/)
t.not(proofs.make('question', now), question)
t.ok(createProofs(config).isValid('question', question, now), 'in another process')

const [at = '', nonce = '', mac = ''] = question.split('.')
const refused: [name: string, isValid: boolean][] = [
  ['for another purpose', proofs.isValid('state', question, now)],
  ['too old', proofs.isValid('question', question, now + 600_000)],
  ['of the future', proofs.isValid('question', question, now - 600_000)],
  ['of another time', proofs.isValid('question', [Number(at) + 1, nonce, mac].join('.'), now)],
  [
    'of another nonce',
    proofs.isValid('question', [at, nonce.split('').reverse().join(''), mac].join('.'), now),
  ],
  ['of another seal', proofs.isValid('question', [at, nonce, proofs.seal(question, '')].join('.'), now)],
  ['without one', proofs.isValid('question', `${at}.${nonce}.`, now)],
  ['none', proofs.isValid('question', '', now)],
]
for (const [name, isValid] of refused) t.notOk(isValid, name)

const secrets = [
  makeConfig({ probe: { clientSecret: 'another secret' } }),
  { ...config, authsignal: { ...config.authsignal, apiSecretKey: 'another key' } },
]
for (const other of secrets) t.notOk(createProofs(other).isValid('question', question, now), 'other secrets')

t.equal(proofs.seal(question, 'a'), proofs.seal(question, 'a'))
t.not(proofs.seal(question, 'a'), proofs.seal(question, 'b'))
t.not(proofs.seal(question, 'a'), proofs.seal(proofs.make('question', now), 'a'))

const forAlice = proofs.make('forget', now, 'alice')
t.ok(proofs.isValid('forget', forAlice, now, 'alice'))
t.notOk(proofs.isValid('forget', forAlice, now, 'bob'), 'about another')
t.notOk(proofs.isValid('forget', forAlice, now))
