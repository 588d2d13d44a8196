import Negotiator from 'negotiator'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import { createPseudo, toPseudo } from './messages/pseudo.ts'
import type { Messages } from './text.ts'

export interface Language {
  /** BCP 47, as in `lang` and Content-Language. */
  readonly tag: string
  readonly dir: 'ltr' | 'rtl'
  readonly messages: Messages
  /** By whose rules dates and numbers are written. */
  readonly formats: string
  /** What is still done to a date or number so written. */
  readonly finish?: (formatted: string) => string
}

export const english: Language = { tag: 'en', dir: 'ltr', messages: en, formats: 'en' }

export const german: Language = { tag: 'de', dir: 'ltr', messages: de, formats: 'de' }

/** For tests of pages and templates; nobody gets it who does not ask for it by its name. */
export const pseudo: Language = {
  tag: 'en-XA',
  dir: 'ltr',
  messages: createPseudo(en),
  formats: 'en',
  finish: toPseudo,
}

/**
 * The language of a page: what the client asks for, since there the user may have chosen it, before what the browser
 * asks for, English without either.
 *
 * @param acceptLanguage the header (RFC 9110 12.5.4).
 * @param uiLocales language tags, separated by spaces (OIDC Core 3.1.2.1).
 */
export function chooseLanguage(acceptLanguage: string | undefined, uiLocales = ''): Language {
  const asked = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).languages()
  const wish = findWish(asked) ?? english
  if (wish === pseudo) return pseudo
  return findWish(uiLocales.split(' ').filter((tag) => !isPseudo(tag))) ?? wish
}

function findWish(tags: readonly string[]): Language | undefined {
  for (const tag of tags) {
    if (isPseudo(tag)) return pseudo
    const [primary = ''] = tag.toLowerCase().split('-')
    const language = [english, german].find((known) => known.tag === primary)
    if (language) return language
  }
  return undefined
}

function isPseudo(tag: string): boolean {
  return tag.toLowerCase() === pseudo.tag.toLowerCase()
}
