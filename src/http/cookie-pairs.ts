/** One `name=value` of a Cookie header, its bytes as they came. */
export interface Cookie {
  readonly name: string
  readonly value: string
}

/** The cookies of a Cookie header, in their order (RFC 6265 4.2.1, read like 5.2 reads Set-Cookie). */
export function readPairs(header: string | undefined): Cookie[] {
  if (header === undefined) return []
  return header.split(';').flatMap((part) => readPair(part) ?? [])
}

/** Undefined for nameless cookies, with or without an equals sign: they are nobody's. */
export function readPair(text: string): Cookie | undefined {
  const end = text.indexOf('=')
  const name = end < 0 ? '' : trim(text.slice(0, end))
  return name === '' ? undefined : { name, value: trim(text.slice(end + 1)) }
}

/** Spaces and tabs only: what else `trim` takes away is part of a name for some servers. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

const isBlank = (character: string | undefined) => character === ' ' || character === '\t'
