import { foldByCollation, foldBytesByCollation } from './collated-name.ts'
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
 */
export function createSessionText(allowed: readonly string[]): SessionText {
  const patterns = allowed.map((name) => ({ name, pattern: toPattern(name) }))
  const loose = allowed.map((name) => ({
    name,
    folded: toName(foldByCollation(name.replace(/\*$/, ''))),
    isPrefix: name.endsWith('*'),
  }))

  return {
    findIn(cookie, asPartOfName) {
      return fold(cookie).flatMap((text) => {
        const nameEnd = text.indexOf('=')
        return patterns.flatMap(({ name, pattern }) =>
          Array.from(text.matchAll(pattern)).flatMap(({ index, 0: found }) => {
            const isLonger = index > 0 && index < nameEnd && /[\w.-]/.test(text.charAt(index - 1))
            if (index === 0 || (isLonger && !asPartOfName)) return []
            return [{ name, rest: text.slice(index + found.length) }]
          }),
        )
      })
    },
    namesOf(cookieName) {
      const readings = fold(cookieName).flatMap((text) => [toName(text), toName(text.split('[', 1).join(''))])
      return loose.flatMap(({ name, folded: known, isPrefix }) =>
        readings.some((reading) => (isPrefix ? reading.startsWith(known) : reading === known)) ? [name] : [],
      )
    },
  }
}

/** Decoded as often as anybody would, then as servers read it that compare by collation: as UTF-8, and as ISO-8859-1. */
export function fold(text: string): readonly string[] {
  let bytes = text
  for (let round = 0; round < 3; round++) bytes = decodeFormBytes(bytes)
  return foldBytesByCollation(bytes)
}

const toName = (folded: string): string =>
  folded
    .split('\0', 1)
    .join('')
    .trim()
    .replace(/[\s.[]/g, '_')

function toPattern(name: string): RegExp {
  const letters = Array.from(foldByCollation(name.replace(/\*$/, '')), (letter) =>
    /[\s._[]/.test(letter) ? '[\\s._[]' : letter.replace(/[$()*+?^{|}\\\]]/, '\\$&'),
  )
  return new RegExp(`${letters.join('')}${name.endsWith('*') ? '[^=;,\\s]{0,64}' : ''}\\s*=`, 'g')
}
