import { decodeFormBytes } from './form-text.ts'

/**
 * What lenient servers make of a parameter's name: ASP.NET folds case, PHP turns dots, spaces and a lone bracket into
 * underscores and trims, PHP, Rack and qs read `name[…]` and `name.x` as parts of `name`, C stops at NUL, and some
 * decode twice, accept overlong UTF-8 or take full-width letters for ASCII.
 *
 * @param name as it stands on the wire, escapes and all.
 * @returns the names that such a server could see.
 */
export function readNameLoosely(name: string): readonly string[] {
  if (/^[a-z0-9_-]*$/.test(name)) return [name]
  let bytes = name
  for (let round = 0; round < 3; round++) bytes = decodeFormBytes(bytes)
  bytes = bytes.replace(/([\xc0\xc1])([\x80-\xbf])/g, (_, lead: string, rest: string) =>
    String.fromCharCode(((lead.charCodeAt(0) & 1) << 6) | (rest.charCodeAt(0) & 0x3f)),
  )
  const text = Buffer.from(bytes, 'latin1')
    .toString('utf8')
    .replace(/%u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}\ufffd]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .replace(/^[\s\p{Cc}?&[\]]+/u, '')
  const [untilNul = ''] = text.split('\0', 1)
  const [untilPart = ''] = text.split(/[[\].\0]/, 1)
  return [text, untilNul, untilPart].flatMap((form) => {
    const trimmed = trimEnd(form).replace(/\p{Cc}/gu, '')
    return [trimmed, trimmed.replace(/[\s.[]/g, '_')]
  })
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && /[\s\p{Cc}]/u.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}
