import { isAscii, isUtf8, transcode } from 'node:buffer'

const [percent, plus, space] = [0x25, 0x2b, 0x20]

/** The value of a byte that is a hexadecimal digit; 16 for every other. */
const hexValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase())
  return digit < 0 ? 16 : digit
})

const hexDigits = Buffer.from('0123456789ABCDEF')

/** What may stand in a query as it is. */
const isPlain = Array.from({ length: 256 }, (_, byte) =>
  /[\w.~!$'()*+,:@/?%=-]/.test(String.fromCharCode(byte)),
)

/**
 * Decodes one name or value of application/x-www-form-urlencoded strictly: every percent sign begins an escape, and
 * the bytes are valid UTF-8 (RFC 6749 appendix B).
 *
 * @param text bytes as latin1 characters, as Node gives request targets.
 * @returns undefined if it is anything else.
 */
export function decodeFormText(text: string): string | undefined {
  if (/^[\w.~-]*$/.test(text)) return text
  if (/[^\0-\xff]/.test(text)) return undefined
  const { bytes, isBroken } = decode(text)
  return isBroken || !isUtf8(bytes) ? undefined : readUtf8(bytes)
}

/** What is not ASCII takes `toString` eight times as long. */
function readUtf8(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString('latin1') : transcode(bytes, 'utf8', 'utf16le').toString('utf16le')
}

/** The bytes of a name or value as latin1 characters; what is no escape stays as it is. */
export function decodeFormBytes(text: string): string {
  return hasEscapes(text) ? decode(text).bytes.toString('latin1') : text
}

const hasEscapes = (text: string): boolean => /[+%]/.test(text)

/** A loop over bytes: a callback for each escape costs forty times as much. */
function decode(text: string): { bytes: Buffer; isBroken: boolean } {
  const bytes = Buffer.from(text, 'latin1')
  if (!hasEscapes(text)) return { bytes, isBroken: false }
  let [length, isBroken] = [0, false]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== percent) {
      bytes[length++] = byte === plus ? space : byte
      continue
    }
    const [high, low] = [hexAt(bytes, at + 1), hexAt(bytes, at + 2)]
    const isEscape = high < 16 && low < 16
    bytes[length++] = isEscape ? 16 * high + low : byte
    if (isEscape) at += 2
    else isBroken = true
  }
  return { bytes: bytes.subarray(0, length), isBroken }
}

const hexAt = (bytes: Buffer, at: number): number => hexValues[bytes[at] ?? 0] as number

/** Escapes what has no place in a query, and `;`, which some servers split at. What is escaped already stays. */
export function escapeFormBytes(raw: string): string {
  if (/^[\w.~!$'()*+,:@/?%=-]*$/.test(raw)) return raw
  const bytes = Buffer.from(raw, 'latin1')
  const escaped = Buffer.alloc(3 * bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (isPlain[byte]) {
      escaped[length++] = byte
      continue
    }
    escaped[length++] = percent
    escaped[length++] = hexDigits[byte >> 4] as number
    escaped[length++] = hexDigits[byte & 15] as number
  }
  return escaped.toString('latin1', 0, length)
}
