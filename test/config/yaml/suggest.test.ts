import t from 'tap'
import { suggest } from '../../../src/config/yaml/suggest.ts'

const words = ['mode', 'redirectUris', 'responseTypes', 'action', 'enforce']

const cases: [word: string, near: string | undefined][] = [
  ['mod', 'mode'],
  ['mdoe', 'mode'],
  ['modes', 'mode'],
  ['MODE', 'mode'],
  ['redirect_uris', 'redirectUris'],
  ['redirect-uri', 'redirectUris'],
  ['responsType', 'responseTypes'],
  ['enforced', 'enforce'],
  ['acton', 'action'],
  ['zzz', undefined],
  ['', undefined],
  ['x'.repeat(10_000), undefined],
]

for (const [word, near] of cases) t.equal(suggest(word, words), near, word.slice(0, 20))
t.equal(suggest('mode', []), undefined)
