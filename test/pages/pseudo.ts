import type { Language } from '../../src/pages/language.ts'
import { en } from '../../src/pages/messages/en.ts'
import type { Messages } from '../../src/pages/text.ts'

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = 'àƀćďéƒĝĥíĵķĺɱñóþɋŕśţúṽŵẋýžÀƁĆĎÉƑĜĤÍĴĶĹṀÑÓÞɊŔŚŢÚṼŴẊÝŽ'
const accentOf = new Map(Array.from(plain, (letter, index) => [letter, accented.charAt(index)]))

/** A text of a catalog as the pseudo-locale has it: accented, longer and in brackets; `{name}` survives. */
export function toPseudo(text: string): string {
  const parts = text.split(/(\{\w+\})/)
  return `[${parts.map((part) => (part.startsWith('{') ? part : accent(part))).join('')}]`
}

/** Vowels twice: other languages need up to half as many letters more than English. */
function accent(text: string): string {
  return Array.from(text, (letter) => {
    const other = accentOf.get(letter) ?? letter
    return /[aeiou]/.test(letter) ? other.repeat(2) : other
  }).join('')
}

/** A language that nobody speaks: where letters without an accent are seen on a page, they come from no catalog. */
function createPseudo(messages: Messages): Messages {
  const entries = Object.entries(messages).map(([key, text]) => [key, toPseudo(text)])
  return { ...messages, ...Object.fromEntries(entries) }
}

/**
 * Shows what a page takes from no catalog, and what breaks when a text is longer. Dates and lists are Greek: they have
 * no Latin letter either.
 */
export const pseudo: Language = { tag: 'en-XA', dir: 'ltr', messages: createPseudo(en), formats: 'el' }
