import { Refusal } from '../refusal.ts'
import { bareSegment, decodePath, loosenPath, loosenWithoutParameters } from './loose-path.ts'

export { loosenPath }

/** Longer than any browser or OP makes a URL. */
const maxLength = 16 * 1024

/** Longer than the servers behind which OPs stand take; the readings of a path cost more than those of a query. */
const maxPathLength = 8 * 1024

/** Deeper than any server's folders: each segment may be a program to which the rest is handed. */
const maxSegments = 256

/** A request target in origin-form (RFC 9112 3.2.1), read once. What is forwarded is `raw`, byte for byte. */
export interface Target {
  readonly raw: string
  readonly path: string
  /** Without the question mark; '' if there is none. Its bytes are judged where its parameters are read. */
  readonly query: string
  /** The path as the most lenient server could read it; for comparing only. */
  readonly loosePath: string
}

/**
 * Reads a request target. Refused is what no client sends that resolves its URLs as RFC 3986 says, and what servers
 * read too differently to be compared: other forms than origin-form, control characters, spaces, `#`, and in the path
 * backslashes, quotes, angle brackets, broken escapes, dot segments in any spelling, impossible UTF-8, and path
 * parameters in which an escaped slash or the like stands.
 * Left alone are `|`, `{}`, `^` and, in queries, everything that old browsers and curl send unescaped.
 *
 * @throws Refusal `malformed_target`
 */
export function parseTarget(raw: string): Target {
  // guard: origin-form
  if (!raw.startsWith('/')) refuse('expected an origin-form target, which begins with a slash')
  if (raw.length > maxLength) refuse(`expected at most ${maxLength} characters, got ${raw.length}`)
  if (!/^[!-"$-~\x80-\xff]+$/.test(raw)) refuse('holds a space, a control character or a number sign')
  const mark = raw.indexOf('?')
  const path = mark < 0 ? raw : raw.slice(0, mark)
  if (path.length > maxPathLength) refuse(`expected a path of at most ${maxPathLength} characters`)
  // guard: path-segments
  if (path.split('/', maxSegments + 2).length > maxSegments + 1)
    refuse(`expected at most ${maxSegments} segments`)
  if (!plain.test(path)) checkPath(path)
  return { raw, path, query: mark < 0 ? '' : raw.slice(mark + 1), loosePath: loosenPath(path) }
}

/** Segments of letters, digits, hyphens and single dots, none of which ends one: nothing that could be read otherwise. */
const plain = /^(?:\/[\w-]*(?:\.[\w-]+)*)+$/

function checkPath(path: string): void {
  // guard: backslashes
  if (/["<>\\`]/.test(path)) refuse('the path holds a character that clients escape')
  if (/%(?![0-9a-f]{2})/i.test(path)) refuse('the path holds a percent sign that begins no escape')
  const { text, settled } = decodePath(path)
  // guard: nested-escapes
  if (!settled) refuse('the path is escaped over and over')
  // Some letters stand for a whole sentence (U+FDFA).
  // guard: read-path-length
  if (text.length > maxPathLength)
    refuse(`expected a path that is read as at most ${maxPathLength} characters`)
  if (/\p{Cc}/u.test(text)) refuse('the path holds an escaped control character')
  // Bytes that UTF-8 never has, surrogates and overlong forms: nothing else could be meant than a disguise.
  if (/[\uf7c0\uf7c1\uf7f5-\uf7ff]|[\uf7e0\uf7ed\uf7f0\uf7f4][\uf780-\uf7bf]|\ufffd/.test(text)) {
    refuse('the path holds bytes that are UTF-8 in no reading')
  }
  if (text.split(/[/?#]/).some((segment) => /^\.\.?$/.test(bareSegment(segment)))) {
    // guard: dot-segments
    refuse('the path holds a dot segment')
  }
  // guard: path-parameters-that-hide
  if (text.includes(';') && loosenWithoutParameters(path) !== loosenPath(path)) {
    refuse('a path parameter holds an escaped part of a path')
  }
}

function refuse(detail: string): never {
  throw new Refusal('malformed_target', `request target: ${detail}`)
}
