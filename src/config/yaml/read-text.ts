import { codeOf, type Files, limitBytes } from '../files.ts'

const reasons = new Map([
  ['ENOENT', 'does not exist'],
  ['ENOTDIR', 'does not exist'],
  ['EACCES', "can't be read by this user"],
  ['EISDIR', 'is a folder'],
])

/** One for all: ten thousand small files take longer to make theirs than to read. */
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Why a file can't be read and, if more is known than its path, where and what to do. */
export interface Unreadable {
  readonly reason: string
  readonly fix?: string
  readonly place?: { readonly line: number; readonly column: number }
}

/** The text of a UTF-8 file of at most 1 MiB, or the reason why it can't be read. */
export function readText(file: string, files: Files): { text: string } | Unreadable {
  let bytes: Buffer
  try {
    bytes = files.read(file)
  } catch (error) {
    return { reason: explainFileError(error) }
  }
  if (bytes.length > limitBytes) return { reason: 'is larger than 1 MiB' }
  try {
    return { text: utf8.decode(bytes) }
  } catch {
    return { reason: 'is not text in UTF-8', fix: 'save the file as UTF-8', place: findBadByte(bytes) }
  }
}

/** Where the first byte is that is not UTF-8; columns count bytes. */
function findBadByte(bytes: Buffer): { line: number; column: number } {
  // The longest prefix that decodes, by halves: whatever follows it, a prefix of UTF-8 is readable as a stream.
  let good = 0
  for (let bad = bytes.length; bad - good > 1; ) {
    const middle = Math.floor((good + bad) / 2)
    if (isUtf8Prefix(bytes.subarray(0, middle))) good = middle
    else bad = middle
  }
  const before = bytes.subarray(0, good)
  return { line: before.filter((byte) => byte === 0x0a).length + 1, column: good - before.lastIndexOf(0x0a) }
}

function isUtf8Prefix(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/** The reason why a file or folder can't be read. */
export function explainFileError(error: unknown): string {
  const code = codeOf(error)
  return reasons.get(code) ?? `can't be read (${code})`
}
