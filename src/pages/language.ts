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
