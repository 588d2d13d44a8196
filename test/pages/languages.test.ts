import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import t from 'tap'
import { de } from '../../src/pages/messages/de.ts'
import { en } from '../../src/pages/messages/en.ts'
import { allPages } from './all-pages.ts'
import { pseudo, toPseudo } from './pseudo.ts'
import { show } from './show.ts'

/** Everything on a page that somebody could read or hear. */
function listTexts(html: string): string[] {
  const texts: string[] = []
  const spoken = /^(?:alt|title|label|placeholder|aria-.*|data-message-.*)$/
  const walk = (node: Tree.Node): void => {
    if ('value' in node) texts.push(node.value)
    const name = 'tagName' in node ? node.tagName : ''
    if (['script', 'style', 'code'].includes(name)) return
    const attributes = 'attrs' in node ? node.attrs : []
    texts.push(...attributes.filter(({ name }) => spoken.test(name)).map(({ value }) => value))
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(parse(html, { scriptingEnabled: false }))
  return texts
    .map((text) => text.trim())
    .filter((text) => text !== '' && !/^(?:true|false|polite)$/.test(text))
}

const placeholdersOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()

t.test('no page has a text of its own: in the pseudo-locale no plain letter is left', async (t) => {
  for (const [name, page] of allPages) {
    const { body, headers } = await show(page, { languageOf: () => pseudo })
    t.equal(headers['content-language'], 'en-XA')
    const texts = listTexts(body)
    t.ok(texts.length > 3, name)
    t.same(
      texts.filter((text) => /[A-Za-z]/.test(text.replace(/\bUTC\b/, ''))),
      [],
      name,
    )
  }
})

t.test('every text is shown on some page', async (t) => {
  const shown = new Set<string>()
  for (const page of allPages.values()) {
    for (const text of listTexts((await show(page)).body)) shown.add(text)
  }
  const all = [...shown].join('\n')
  const isShown = (text: string): boolean =>
    text
      .split(/\{\w+\}/)
      .filter((part) => part.trim() !== '')
      .every((part) => all.includes(part.trim()))
  t.same(
    Object.entries(en).filter(([, text]) => !isShown(text)),
    [],
  )
})

t.test('German has the same values in its texts, and no English', async (t) => {
  for (const [key, text] of Object.entries(en)) {
    const german = de[key as keyof typeof de]
    t.same(placeholdersOf(german), placeholdersOf(text), key)
    if (text !== 'Passkeys') t.not(german, text, key)
    t.notMatch(german, /\b(?:the|your|you|please|du|dein|dich|dir)\b/i, key)
  }
  for (const [name, page] of allPages) {
    const { body, headers } = await show(page, { language: 'de-CH, en;q=0.5' })
    t.equal(headers['content-language'], 'de', name)
    t.match(body, '<html lang="de" dir="ltr">')
  }
})

t.test('a pseudo text is longer, and keeps its values', async (t) => {
  t.match(toPseudo('Remove {name}'), /^\[.{8,} \{name\}\]$/)
  t.notMatch(toPseudo('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'), /[A-Za-z]|undefined/)
})

t.test('dates and durations are written as the language does', async (t) => {
  const cases: [page: string, language: string, expected: string][] = [
    ['passkeys-three', 'en', 'Added on March 4, 2026</small><small>Last used on November 21, 2026'],
    ['passkeys-three', 'en', 'Added on June 17, 2026</small><small>Not used yet'],
    [
      'passkeys-three',
      'de',
      'Hinzugefügt am 4. März 2026</small><small>Zuletzt benutzt am 21. November 2026',
    ],
    ['remember-device', 'en', 'Shall this device be remembered for 30 days?'],
    ['remember-device', 'de', 'dieses Gerät 30 Tage lang merken?'],
    ['remember-device-hours', 'en', 'for 12 hours?'],
    ['challenge-methods', 'en', 'a code by WhatsApp, or a confirmation in an app on your phone.'],
    ['challenge-methods', 'de', 'einen Code per WhatsApp oder eine Bestätigung'],
  ]
  for (const [name, language, expected] of cases) {
    const page = allPages.get(name)
    t.match(page && (await show(page, { language })).body, expected)
  }
  const skip = allPages.get('challenge-skip')
  const until = async (language: string) => skip && (await show(skip, { language })).body
  t.match(await until('en'), /until January 31, 2027 at 6:00\sPM UTC\. After/)
  t.match(await until('de'), /Bis 31\. Januar 2027 um 18:00 UTC können/)
})
