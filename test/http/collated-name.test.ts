import t from 'tap'
import { foldByCollation, foldBytesByCollation } from '../../src/http/collated-name.ts'
import { authorizationParameters, oauthParameters } from '../../src/oauth/oauth-parameters.ts'

const collator = new Intl.Collator('und', { sensitivity: 'base' })
const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index))
  .filter((character) => !/[A-Z]/.test(character))
  .sort(collator.compare)

/** The ASCII text that the collator takes a character for; undefined if there is none. */
function collate(character: string): string | undefined {
  if (collator.compare(character, '') === 0) return ''
  let text = ''
  while (text.length < 6) {
    let [from, to] = [0, printable.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (collator.compare(text + printable[middle], character) <= 0) from = middle + 1
      else to = middle
    }
    const next = printable[from - 1]
    if (next === undefined) return undefined
    text += next
    if (collator.compare(text, character) === 0) return text
  }
  return undefined
}

/** They hold nothing that a collation takes for ASCII, or are nobody's, and are most of all code points. */
const passedOver = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Tangut}\p{Cs}\p{Co}\p{Cn}]/u

t.test('over all code points: what the collator takes for ASCII is read as that', async (t) => {
  let count = 0
  const missed: string[] = []
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    if (passedOver.test(character) && character.normalize('NFKD') === character) continue
    const ascii = collate(character)
    if (ascii === undefined) continue
    count += 1
    // What is white space is trimmed, and read as such, where names are read.
    if (foldByCollation(character).replace(/\s/g, '') !== ascii.replace(/\s/g, '')) {
      missed.push(`U+${code.toString(16)} as ${ascii}`)
    }
  }
  t.strictSame(missed, [])
  t.ok(count > 4000, `${count} code points`)
})

t.test('the names of the protocol stay as they are', async (t) => {
  for (const name of [...authorizationParameters, ...oauthParameters]) {
    t.equal(foldByCollation(name), name)
    t.equal(foldByCollation(name.toUpperCase()), name)
    t.strictSame(foldBytesByCollation(name), [name])
  }
})

t.test('names that such a server takes for one', async (t) => {
  const cases: [name: string, folded: string][] = [
    ['', ''],
    ['\u{1f152}lient_id', 'client_id'],
    ['\u{1f172}lient_id', 'client_id'],
    ['\u{1f1a5}isplay', 'display'],
    ['\u0368lient_id', 'client_id'],
    ['cl\u0640i\u07fae\u180an\u1cd3t\ufe73_id', 'client_id'],
    ['\ua737dience', 'audience'],
    ['pro\u0085mp\u200bt\u0301', 'prompt'],
    ['pro\u0000\tmpt', 'pro\u0000\tmpt'],
    ['réquêst', 'request'],
    ['ＳＣＯＰＥ', 'scope'],
    ['ſcope', 'scope'],
    ['v\u0661\u06f2\u{1d7f3}', 'v127'],
    ['日本', '日本'],
    ['Straße', 'strasse'],
  ]
  for (const [name, folded] of cases) t.equal(foldByCollation(name), folded, name)
})

t.test('names in bytes', async (t) => {
  const latin1 = (text: string): string => Buffer.from(text).toString('latin1')
  t.strictSame(foldBytesByCollation('SESSION'), ['session'])
  t.equal(foldBytesByCollation(latin1('\u{1f182}ession'))[0], 'session')
  t.equal(foldBytesByCollation('\xffsession')[0], 'session')
  t.equal(foldBytesByCollation('\xaa')[1], 'a')
})
