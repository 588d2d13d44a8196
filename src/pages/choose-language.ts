import Negotiator from 'negotiator'
import { english, german, type Language, pseudo } from './language.ts'

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
