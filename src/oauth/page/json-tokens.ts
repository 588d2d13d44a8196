/** A string in a JSON text, and where it stands. */
export interface JsonString {
  readonly value: string
  /** A name in an object. */
  readonly isKey: boolean
  /** The text's offset of the opening quote. */
  readonly start: number
  /** The offset behind the closing quote. */
  readonly end: number
}

/** Objects, arrays and what is in them: each takes as long to read as a hundred bytes of a string. Honest JSON has dozens. */
const maxParts = 20_000

/** Whether it takes longer to read a JSON text than anything honest would: to be asked before it is parsed. */
export const hasManyParts = (json: string): boolean =>
  json.length > maxParts && json.split(/[[{,:]/, maxParts + 2).length > maxParts + 1

/**
 * Lists every string of a JSON text in order, without recursion.
 *
 * @param json valid JSON.
 * @param keyOf under what two names are the same.
 * @returns undefined if it nests deeper than `maxDepth`, or an object has a name twice (RFC 8259 4: readers differ).
 */
export function listJsonStrings(
  json: string,
  maxDepth: number,
  keyOf: (name: string) => string = (name) => name,
): JsonString[] | undefined {
  const strings: JsonString[] = []
  /** The names of each open object; arrays have none. */
  const open: (Set<string> | undefined)[] = []
  let isKeyNext = false
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '{':
      case '[':
        isKeyNext = json[at] === '{'
        open.push(isKeyNext ? new Set() : undefined)
        if (open.length > maxDepth) return undefined
        break
      case '}':
      case ']':
        open.pop()
        break
      case ',':
        isKeyNext = open.at(-1) !== undefined
        break
      case ':':
        isKeyNext = false
        break
      case '"': {
        const end = findEnd(json, at)
        const value = unquote(json.slice(at + 1, end - 1))
        if (isKeyNext && !addName(open.at(-1), keyOf(value))) return undefined
        strings.push({ value, isKey: isKeyNext, start: at, end })
        at = end - 1
      }
    }
  }
  return strings
}

/** @returns false for a name that is there already. */
function addName(names: Set<string> | undefined, name: string): boolean {
  const size = names?.size
  return names?.add(name).size !== size
}

function unquote(text: string): string {
  return text.includes('\\') ? JSON.parse(`"${text}"`) : text
}

/** Most strings have no escapes, and end at the first quote; to look at each character takes several times as long. */
function findEnd(json: string, start: number): number {
  let at = json.indexOf('"', start + 1)
  if (!json.slice(start, at).includes('\\')) return at + 1
  at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}
