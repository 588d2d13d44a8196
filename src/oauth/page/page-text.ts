import { remember } from '../../http/remembered.ts'

/** The text of a page, or of its ASCII part. */
export interface PageText {
  readonly text: string
  /** False if only the ASCII characters are certain: another charset, or none declared. */
  readonly isExact: boolean
}

/** UTF-16 by the look of its first characters: not every browser sees it. */
const guessedWide = 'utf-16 by its start'

/** Encodings in which bytes below 128 don't always mean ASCII; all others of browsers keep markup as it is. */
const wide: ReadonlySet<string> = new Set(['utf-16le', 'utf-16be', guessedWide, 'utf-7'])

/** More than any honest page names. */
const maxLabels = 32

/** Behind so many characters of a page an XML declaration is none. */
const declarationLength = 1024

const readable: ReadonlySet<string> = new Set(['utf-8', 'windows-1252'])

/**
 * Decodes a page as a browser does: by its byte order mark, the header's charset, or what the page itself says
 * (WHATWG HTML 13.2.3.2).
 *
 * @returns undefined if browsers may see other markup in it than ASCII shows: UTF-16, UTF-7, ISO-2022-JP.
 */
export function readPageText(bytes: Buffer, contentType: string | undefined): PageText | undefined {
  const encoding = findPageEncoding(bytes, contentType)
  if (wide.has(encoding) || encoding === 'iso-2022-jp') return undefined
  if (readable.has(encoding)) return { text: new TextDecoder(encoding).decode(bytes), isExact: true }
  return { text: bytes.toString('latin1'), isExact: bytes.every((byte) => byte < 0x80) }
}

/** Decodes a page that is in UTF-16 for every browser: by its byte order mark, or by the header. */
export function readWideText(bytes: Buffer, contentType: string | undefined): PageText | undefined {
  const encoding = findPageEncoding(bytes, contentType)
  const isCertain = encoding === 'utf-16le' || encoding === 'utf-16be'
  return isCertain ? { text: new TextDecoder(encoding).decode(bytes), isExact: true } : undefined
}

/**
 * What may be read in a page of which `readPageText` and `readWideText` make nothing.
 *
 * @returns undefined if nothing certain can be read: UTF-7.
 */
export function listReadings(bytes: Buffer, contentType: string | undefined): readonly string[] | undefined {
  switch (findPageEncoding(bytes, contentType)) {
    case 'utf-7':
      return undefined
    case 'iso-2022-jp':
      return [dropEscapes(bytes.toString('latin1'))]
    default:
      return ['utf-16le', 'utf-16be', 'latin1'].map((encoding) => new TextDecoder(encoding).decode(bytes))
  }
}

const escapeCharacter = '\x1b'
const escapes = new RegExp(`${escapeCharacter}(?:[$(][@BIJ])?`, 'g')

/** The escapes of ISO-2022-JP vanish, wherever they stand. */
export function dropEscapes(text: string): string {
  return text.includes(escapeCharacter) ? text.replace(escapes, '') : text
}

/** Whether even a tag's name may stand in the page without its ASCII bytes in a row. */
export function isWideText(bytes: Buffer, contentType: string | undefined): boolean {
  return wide.has(findPageEncoding(bytes, contentType))
}

function findPageEncoding(bytes: Buffer, contentType: string | undefined): string {
  const start = bytes.toString('latin1', 0, 3)
  if (start.startsWith('\xff\xfe')) return 'utf-16le'
  if (start.startsWith('\xfe\xff')) return 'utf-16be'
  if (start === '\xef\xbb\xbf') return 'utf-8'
  const declared = findDeclared(contentType ?? '')
  if (declared !== none) return declared
  const ascii = bytes.toString('latin1')
  if (/^(?:<\0\?\0x\0|\0<\0\?\0x)/.test(ascii)) return guessedWide
  const labels = readLabels(ascii)
  // Which of so many counts, nobody knows.
  if (labels.size > maxLabels) return 'utf-7'
  const claimed = new Set([...labels].flatMap(findEncoding))
  if (claimed.has('utf-7')) return 'utf-7'
  // Browsers guess this one by its escapes.
  if (ascii.includes('\x1b')) return 'iso-2022-jp'
  // A page that can be read so far is not in UTF-16, whatever it says.
  const names = new Set(Array.from(claimed, (name) => (wide.has(name) ? 'utf-8' : name)))
  const [only = 'unknown'] = names
  return names.size === 1 ? only : 'unknown'
}

const none = ''

/** What the header says; the same ones come again and again. */
const findDeclared = remember((contentType) => {
  const declared = [...new Set([...readLabels(contentType)].flatMap(findEncoding))]
  // Of several, browsers differ on which counts.
  if (declared.length > 1 && declared.some((name) => wide.has(name))) return guessedWide
  return declared[0] ?? none
})

/** The charsets that a header names, or a page in whichever place; one too many where there are more. */
function readLabels(text: string): ReadonlySet<string> {
  const charsets = text.matchAll(/charset\s*=[\s"']*([\w:.-]+)/gi)
  const declarations = text
    .slice(0, declarationLength)
    .matchAll(/<\?xml[^>]{0,200}encoding\s*=[\s"']*([\w:.-]+)/gi)
  const labels = new Set<string>()
  for (const claims of [charsets, declarations]) {
    for (const [claim, label = claim] of claims) {
      labels.add(label.toLowerCase())
      if (labels.size > maxLabels) return labels
    }
  }
  return labels
}

/** Browsers pass over names that they don't know; UTF-7 is one that old ones did know. */
function findEncoding(label: string): string[] {
  if (/utf-?7$/i.test(label)) return ['utf-7']
  try {
    return [new TextDecoder(label).encoding]
  } catch {
    return []
  }
}
