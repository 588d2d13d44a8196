import { foldByCollation } from '../http/collated-name.ts'
import { decodeFormBytes } from '../http/form-text.ts'

/** Longer than any name that others are compared with: what comes after it makes no difference. */
const maxLength = 128

/**
 * What lenient servers make of a parameter's name: ASP.NET folds case by collation, PHP turns dots, spaces and a lone
 * bracket into underscores and trims, PHP, Rack and qs read `name[…]` and `name.x` as parts of `name`, C stops at NUL,
 * and some decode twice, accept overlong UTF-8 or take full-width letters for ASCII.
 *
 * @param name as it stands on the wire, escapes and all.
 * @returns the names that such a server could see.
 */
export function readNameLoosely(name: string): readonly string[] {
  if (/^[a-z0-9_-]*$/.test(name)) return [name]
  const bytes = decodeAgain(name).replace(/([\xc0\xc1])([\x80-\xbf])/g, (_, lead: string, rest: string) =>
    String.fromCharCode(((lead.charCodeAt(0) & 1) << 6) | (rest.charCodeAt(0) & 0x3f)),
  )
  const text = readBytes(bytes).replace(/%u([0-9a-f]{4})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return foldText(text).flatMap(readParts)
}

function decodeAgain(name: string): string {
  let bytes = name
  for (let round = 0; round < 3; round++) bytes = decodeFormBytes(bytes)
  return bytes
}

function readBytes(bytes: string): string {
  if (isAscii(bytes)) return bytes
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\ufffd', '')
}

/** By compatibility, without marks; and by collation, for which some marks are letters. */
function foldText(text: string): readonly string[] {
  if (isAscii(text)) return [text.toLowerCase()]
  const withoutMarks = text
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
  return [withoutMarks.toUpperCase().toLowerCase(), foldByCollation(text)]
}

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

function readParts(folded: string): string[] {
  const text = folded.replace(/^[\s\p{Cc}?&[\]]+/u, '')
  const [untilNul = ''] = text.split('\0', 1)
  const [untilPart = ''] = text.split(/[[\].\0]/, 1)
  const readings = new Set<string>()
  for (const form of new Set([text, untilNul, untilPart])) {
    const trimmed = trimEnd(form).replace(controls, '').slice(0, maxLength)
    readings.add(trimmed).add(trimmed.replace(/[\s.[]/g, '_'))
  }
  return [...readings]
}

const controls = /\p{Cc}+/gu
const blank = /[\s\p{Cc}]/u

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && blank.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
