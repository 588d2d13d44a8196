import t from 'tap'
import { chooseLanguage } from '../../src/pages/language.ts'

const cases: [acceptLanguage: string | undefined, uiLocales: string | undefined, tag: string][] = [
  [undefined, undefined, 'en'],
  ['', undefined, 'en'],
  ['de', undefined, 'de'],
  ['DE-at', undefined, 'de'],
  ['en-GB,en;q=0.9,de;q=0.8', undefined, 'en'],
  ['de;q=0.8, en;q=0.9', undefined, 'en'],
  ['fr, de;q=0.1', undefined, 'de'],
  ['de;q=0', undefined, 'en'],
  ['fr', undefined, 'en'],
  ['*', undefined, 'en'],
  ['dex', undefined, 'en'],
  ['\u0000;;,=', undefined, 'en'],
  // What the client asks for counts before what the browser asks for.
  ['en', 'de', 'de'],
  ['de', 'en', 'en'],
  ['de', 'fr', 'de'],
  ['fr', 'de-DE en', 'de'],
  ['*', 'de', 'de'],
  [undefined, 'fr de', 'de'],
  [undefined, '  x ', 'en'],
  // A language without a catalog.
  ['en-XA', 'fr', 'en'],
]

for (const [acceptLanguage, uiLocales, tag] of cases) {
  t.test(`${acceptLanguage} and ${uiLocales}`, async (t) => {
    t.equal(chooseLanguage(acceptLanguage, uiLocales).tag, tag)
  })
}
