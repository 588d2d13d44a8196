import { isUtf8 } from 'node:buffer'
import { foldByCollation } from './collated-name.ts'

/** More rounds of percent-encoding than any chain of servers undoes. */
const maxRounds = 5

/** UTF-8 as bytes in a latin1 string; what is left over is a byte that no valid sequence holds. */
const utf8 =
  /[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g

/** Stray bytes stand at these private code points while a path is read, so that they can't pass for letters. */
const strayBase = 0xf700
/** Some decoders drop a stray byte, others drop as many characters more as its sequence should have had. */
const strayWithCompany = /[\uf7c2-\uf7df].|[\uf7e0-\uf7ef].{0,2}|[\uf7f0-\uf7f4].{0,3}/gs
const strays = /[\uf780-\uf7ff]/g

const separators = /[\\\u2215\u2044\u29f8\u29f5\u29f9]/g
const invisible = /[\p{M}\p{Cf}]/gu
/** .NET Framework takes these out of any path before it routes: sessions and tickets without cookies. */
const cookieless = /\((?:[a-z]\([^()/]*\))+\)/gi
/** NTFS: `x.php::$DATA` is `x.php`, and `x::$INDEX_ALLOCATION` is the folder `x`. */
const stream = /:[^:]*[:$].*$/

/** Nothing to decode, and nothing that servers cut or drop but dots: nearly every path there is. */
const unescaped = /^[\w/.~-]*$/

/**
 * Decoded until nothing changes; `settled` is false where that takes more rounds than anyone's servers would.
 *
 * @param prepare what a server does to a path before it decodes it.
 * @param fold how it reads letters outside ASCII.
 */
export function decodePath(
  path: string,
  prepare: (text: string) => string = (text) => text,
  fold: (text: string) => string = foldByCompatibility,
): { text: string; settled: boolean } {
  if (unescaped.test(path)) return { text: path, settled: true }
  let text = path.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
  for (let round = 0; round <= maxRounds; round++) {
    const decoded = prepare(text)
      .replace(/%u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replace(/(?:%[0-9a-f]{2})+/gi, decodeRun)
    const next = fold(decoded)
      .replace(/\p{Pd}/gu, '-')
      .replace(separators, '/')
    if (next === text) return { text, settled: true }
    text = next
  }
  return { text, settled: false }
}

/** Marks go first: to put a long row of them in order takes time in proportion to its square. */
function foldByCompatibility(text: string): string {
  return text.replace(invisible, '').normalize('NFKD').replace(invisible, '')
}

function decodeRun(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
  if (isUtf8(bytes)) return bytes.toString('utf8')
  return bytes
    .toString('latin1')
    .replace(utf8, (sequence) =>
      sequence.length === 1
        ? String.fromCharCode(strayBase + sequence.charCodeAt(0))
        : Buffer.from(sequence, 'latin1').toString('utf8'),
    )
}

/**
 * What the most lenient server could make of a path: decoded again and again, look-alikes of ASCII letters read as
 * those, case folded, backslashes as slashes, path parameters, trailing dots and empty segments gone.
 * Two paths that any server takes for the same have the same loose form. It is made for comparing, never for sending.
 */
export function loosenPath(path: string): string {
  if (/^(?:\/[a-z0-9_.-]*[a-z0-9_-])+$/.test(path)) return path
  return finish(decodePath(path).text.replace(strays, ''))
}

/** The same by servers that cut parameters off before they decode, and never see what is escaped in them (Tomcat). */
export function loosenWithoutParameters(path: string): string {
  const { text } = decodePath(path, (encoded) => encoded.replace(/;[^/]*/g, ''))
  return finish(text.replace(strays, ''))
}

/** With a segment's parameters dropped, with all dropped that follows the first, and with more of broken UTF-8 dropped. */
export function readBasically(path: string): ReadonlySet<string> {
  if (unescaped.test(path)) return new Set([loosenPath(path)])
  const { text } = decodePath(path)
  const whole = text.replace(strays, '')
  const untilParameters = whole.split(/[;\s+]/, 1).join('')
  // guard: paths-by-collation
  const collated = decodePath(path, undefined, foldByCollation).text.replace(strays, '')
  const shortened = text.replace(strayWithCompany, '').replace(strays, '')
  return new Set([whole, untilParameters, shortened, collated].map(finish))
}

function finish(text: string): string {
  const [path = ''] = text
    .toUpperCase()
    .toLowerCase()
    .split(/[?#\0]/, 1)
  const segments: string[] = []
  for (const raw of path.split('/')) {
    const segment = bareSegment(raw)
    if (segment === '..') segments.pop()
    else if (segment !== '.') segments.push(dropTrailingDots(segment))
  }
  return `/${segments.filter((segment) => segment !== '').join('/')}`
}

/**
 * A segment without path parameters (`;jsessionid=1`), .NET's cookieless parts, the name of a stream, spaces and control
 * characters.
 */
export function bareSegment(segment: string): string {
  if (unescaped.test(segment)) return segment
  const [name = ''] = segment.split(';', 1)
  return (
    name
      .replace(cookieless, '')
      // guard: ntfs-streams
      .replace(stream, '')
      .replace(/[\s\p{Cc}+]/gu, '')
  )
}

function dropTrailingDots(segment: string): string {
  let end = segment.length
  while (segment[end - 1] === '.') end--
  return segment.slice(0, end)
}
