/** The type of the JWTs that tell the OP who has signed in by passkey, which stands in their header (RFC 7515 4.1.9). */
export const signInTokenType = 'passkey-sign-in+jwt'

/** How often a value may be escaped before an OP would read it. */
const rounds = /* guard: jwt-escape-rounds */ 3

/** The type as it stands in base64url, at each of the three places in a group where it can begin. */
const spellings = [0, /* guard: jwt-at-second-place */ 1, /* guard: jwt-at-third-place */ 2].map((offset) => {
  const text = Buffer.from(`${' '.repeat(offset)}${signInTokenType}`).toString('base64url')
  const bits = 8 * (offset + signInTokenType.length)
  return text.slice(Math.ceil((8 * offset) / 6), Math.floor(bits / 6))
})

/** The same for a text without escapes, as nearly all are. */
const spelled = new RegExp(spellings.join('|'))

/** The value of each hexadecimal digit, by its byte; NaN for every other byte. */
const digits = Float64Array.from({ length: 256 }, (_, byte) => Number.parseInt(String.fromCharCode(byte), 16))

/**
 * Whether what a browser sends holds a JWT of that type, be it escaped for a URL or in JSON. No letter of a JWT can be
 * spelled in another way, since its signature is made of the letters.
 *
 * @param sent one character a byte; 1 MiB takes some 10 ms.
 */
export function holdsSignInToken(sent: string): boolean {
  if (!/[%\\\0]/.test(sent)) return spelled.test(sent)
  let bytes: Buffer = Buffer.from(sent, 'latin1')
  for (let round = 0; round <= rounds; round++) {
    if (spellings.some((spelling) => bytes.includes(spelling))) return true
    const { length } = bytes
    bytes = unescapeOnce(bytes)
    if (bytes.length === length) return false
  }
  return false
}

/** In place: each escape as what it stands for, and none of the zeros that UTF-16 has beside each letter. */
function unescapeOnce(bytes: Buffer): Buffer {
  let end = 0
  for (let at = 0; at < bytes.length; at++) {
    const digit = findDigits(bytes, at)
    const value = digit === 0 ? Number.NaN : 16 * digitAt(bytes, digit) + digitAt(bytes, digit + 1)
    const isEscape = !Number.isNaN(value)
    const byte = isEscape ? value : Number(bytes[at])
    if (isEscape) at = digit + 1
    // guard: jwt-in-utf-16
    if (byte !== 0) bytes[end++] = byte
  }
  return bytes.subarray(0, end)
}

/** Where the two digits of `%41` or `\u0041` are, if one may begin here; else 0. */
function findDigits(bytes: Buffer, at: number): number {
  if (bytes[at] === 0x25) return at + 1
  const isJson =
    bytes[at] === 0x5c && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x30 && bytes[at + 3] === 0x30
  return isJson ? at + 4 : 0
}

const digitAt = (bytes: Buffer, at: number): number => Number(digits[Number(bytes[at])])
