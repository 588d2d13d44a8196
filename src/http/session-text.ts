import { foldBytesByCollation } from './collated-name.ts'
import { decodeFormBytes } from './form-text.ts'

/** Finds the session cookies that some server could see in text of a Cookie header. */
export interface SessionText {
  /**
   * The text behind each `NAME=` that some server could take for a session cookie, as `fold` leaves it. The cookie's own
   * name is none.
   *
   * @param cookie `name=value`, its bytes as latin1 characters.
   * @param asPartOfName also where it only ends a longer name (`my_session=`).
   */
  findIn(cookie: string, asPartOfName: boolean): readonly FoundSession[]
  /** Which of the names a cookie's name could be read as. */
  namesOf(cookieName: string): readonly string[]
}

export interface FoundSession {
  /** As it is on the allow-list. */
  readonly name: string
  readonly rest: string
}

/**
 * LemonLDAP::NG takes the first `NAME=` wherever it stands, ASP.NET Core 8.0.0 splits at commas too, others at blanks or
 * quotes; PHP decodes escapes in names, ends them at a bracket and makes underscores of dots and blanks; ASP.NET compares
 * names by collation, without case.
 *
 * @param allowed names; one that ends in `*` stands for every name that begins like it.
 * @param foldsCase whether names that differ in nothing but case are one.
 */
export function createSessionText(allowed: readonly string[], foldsCase: boolean): SessionText {
  const entries = entriesOf(allowed)
  const read = (text: string): readonly Reading[] => readLoosely(text, foldsCase)

  return {
    findIn(cookie, asPartOfName) {
      return read(cookie).flatMap(({ text, isFolded }) => {
        const nameEnd = text.indexOf('=')
        return entries.flatMap(({ name, exact, folded }) =>
          Array.from(text.matchAll(isFolded ? folded : exact)).flatMap(({ index, 0: found }) => {
            const isLonger = index > 0 && index < nameEnd && /[\w.-]/.test(text.charAt(index - 1))
            if (index === 0 || (isLonger && !asPartOfName)) return []
            return [{ name, rest: text.slice(index + found.length).toLowerCase() }]
          }),
        )
      })
    },
    namesOf(cookieName) {
      const readings = read(cookieName).flatMap(({ text, isFolded }) =>
        [text, text.split('[', 1).join('')].map((part) => ({ text: toName(part), isFolded })),
      )
      return entries.flatMap(({ name, form, isPrefix }) => {
        const isMeant = ({ text, isFolded }: Reading): boolean => {
          const known = isFolded ? form.toLowerCase() : form
          return isPrefix ? text.startsWith(known) : text === known
        }
        return readings.some(isMeant) ? [name] : []
      })
    },
  }
}

type Entries = ReturnType<typeof describeEntries>

const described = new WeakMap<readonly string[], Entries>()

/** Of an allow-list, which is the configuration's, once. */
function entriesOf(allowed: readonly string[]): Entries {
  const known = described.get(allowed)
  if (known) return known
  const entries = describeEntries(allowed)
  described.set(allowed, entries)
  return entries
}

const describeEntries = (allowed: readonly string[]) =>
  allowed.map((name) => ({
    name,
    isPrefix: name.endsWith('*'),
    form: toName(name.replace(/\*$/, '')),
    exact: toPattern(name, 'g'),
    folded: toPattern(name, 'gi'),
  }))

/** Text of a cookie as some server reads it. */
interface Reading {
  readonly text: string
  /** Its case is gone, and so it is compared. */
  readonly isFolded: boolean
}

/** Outside ASCII only a server that compares by collation finds a name, and that one folds case. */
function readLoosely(text: string, foldsCase: boolean): readonly Reading[] {
  const bytes = decodeAll(text)
  if (/* guard: session-cookies-by-case */ !foldsCase && /^[\0-\x7f]*$/.test(bytes))
    return [{ text: bytes, isFolded: false }]
  return foldBytesByCollation(bytes).map((folded) => ({ text: folded, isFolded: true }))
}

/** Decoded as often as anybody would, then as servers read it that compare by collation: as UTF-8, and as ISO-8859-1. */
export const fold = (text: string): readonly string[] => foldBytesByCollation(decodeAll(text))

function decodeAll(text: string): string {
  let bytes = text
  for (let round = 0; round < 3; round++) bytes = decodeFormBytes(bytes)
  return bytes
}

const toName = (folded: string): string =>
  folded
    .split('\0', 1)
    .join('')
    .trim()
    .replace(/[\s.[]/g, '_')

function toPattern(name: string, flags: 'g' | 'gi'): RegExp {
  const letters = Array.from(name.replace(/\*$/, ''), (letter) =>
    /[\s._[]/.test(letter) ? '[\\s._[]' : letter.replace(/[$()*+?^{|}\\\]]/, '\\$&'),
  )
  return new RegExp(`${letters.join('')}${name.endsWith('*') ? '[^=;,\\s]{0,64}' : ''}\\s*=`, flags)
}
