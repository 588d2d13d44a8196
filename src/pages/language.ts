import Negotiator from 'negotiator'
import { de } from './messages/de.ts'
import { en } from './messages/en.ts'
import type { Messages } from './text.ts'

export interface Language {
  /** BCP 47, as in `lang` and Content-Language. */
  readonly tag: string
  readonly dir: 'ltr' | 'rtl'
  readonly messages: Messages
  /** By whose rules dates and numbers are written. */
  readonly formats: string
}

export const english: Language = { tag: 'en', dir: 'ltr', messages: en, formats: 'en' }

export const german: Language = { tag: 'de', dir: 'ltr', messages: de, formats: 'de' }

/**
 * The language of a page: the one that the client requests, since the user may have chosen it there, then the one that
 * the browser requests, then English.
 *
 * @param acceptLanguage the header (RFC 9110 12.5.4).
 * @param uiLocales language tags, separated by spaces (OIDC Core 3.1.2.1).
 */
export function chooseLanguage(acceptLanguage: string | undefined, uiLocales = ''): Language {
  const asked = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).languages()
  return findLanguage(uiLocales.split(' ')) ?? findLanguage(asked) ?? english
}

/** The first that there is. */
function findLanguage(tags: readonly string[]): Language | undefined {
  for (const tag of tags) {
    const [primary = ''] = tag.toLowerCase().split('-')
    const language = [english, german].find((known) => known.tag === primary)
    if (language) return language
  }
  return undefined
}
