import { foldByCollation } from '../http/collated-name.ts'
import { decodeFormBytes } from '../http/form-text.ts'
import { remember } from '../http/remembered.ts'

/** RFC 6749 A.1 allows ASCII only: a longer id with other characters is none that an OP gives. */
export const longestForeignId = 256

const ascii = /^[\0-\x7f]*$/
/** Nothing that a server could decode, drop or take for something else, but for case. */
const plain = /^[\w.~:/-]*$/
const unseen = /[\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\ufffd]/gu
/** Accents to some, letters to others; and what collations of old don't know, and skip. */
const skipped = /[\p{M}\u{10000}-\u{10ffff}]/gu
const uuid = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/

/**
 * Finds ids that an OP could take for another client's. OPs look clients up in databases and directories, whose
 * comparison may ignore case, accents, width, blanks and what can't be seen, or read a number or a UUID out of the text.
 *
 * @param clientIds of the clients that no other may be mistaken for.
 * @returns a function that finds the client for which an id could be mistaken; undefined if there is none. For an id
 *   that is too long to read, it is the first.
 */
export function createFindLookAlike(clientIds: readonly string[]): (id: string) => string | undefined {
  const known = new Map<string, string>()
  for (const id of clientIds) {
    for (const form of readId(id).flatMap(fold)) {
      known.set(form, id)
      // guard: ids-as-numbers
      if (/^\d+$/.test(form)) known.set(numberIn(form), id)
      // guard: ids-as-uuids
      if (uuid.test(form)) known.set(uuidIn(form), id)
    }
  }
  known.delete('')

  const find = (id: string): string | undefined => {
    // guard: id-too-long
    if (id.length > longestForeignId && !ascii.test(id)) return clientIds[0]
    return readId(id)
      .flatMap(fold)
      .flatMap((form) => [form, numberIn(form), uuidIn(form)])
      .map((key) => known.get(key))
      .find((found) => found !== undefined)
  }
  // The same few clients ask again and again, and each request asks several times.
  const recall = remember((id) => ({ found: find(id) }))
  return (id) => recall(id).found
}

/** The forms by which two ids may be the same. */
function fold(text: string): readonly string[] {
  // guard: id-skipped-letters
  const forms = ascii.test(text) ? [text] : [text, text.replace(skipped, '')]
  return forms.map((form) =>
    /* guard: id-unseen */ /* guard: id-case-and-accents */ foldByCollation(form)
      .replace(unseen, '')
      .toLowerCase(),
  )
}

/** The id, decoded as it is, and once or twice more, each in both encodings that servers read bytes by. */
function readId(id: string): readonly string[] {
  if (plain.test(id)) return [id]
  const rounds = [Buffer.from(id).toString('latin1')]
  for (const bytes of rounds) {
    const decoded = decodeFormBytes(bytes)
    if (decoded !== bytes && /* guard: id-decoded-twice */ rounds.length < 3) rounds.push(decoded)
  }
  return rounds.flatMap((bytes) => [Buffer.from(bytes, 'latin1').toString(), bytes])
}

/** The number that a database which has numbers for ids finds in the text. */
function numberIn(text: string): string {
  const number = Number.parseFloat(text)
  return Number.isSafeInteger(number) && uuidIn(text) === '' ? `number ${number}` : ''
}

/** The UUID that stands in the text, in any of the ways in which it is written. */
function uuidIn(text: string): string {
  const digits = text.replace(/urn:|uuid:|0x|[^0-9a-z]/g, '')
  return /^[0-9a-f]{32}/.test(digits) ? `uuid ${digits.slice(0, 32)}` : ''
}
