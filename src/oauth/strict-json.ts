import { foldByCollation } from '../http/collated-name.ts'
import { hasManyParts, listJsonStrings } from './page/json-tokens.ts'

const maxDepth = 64

/** Longer than any honest answer with tokens; reading it takes a few milliseconds. */
const maxLength = 256 * 1024

/**
 * Who reads the same JSON after the gateway: `anybody` may well compare names without case and by collation (.NET, Go),
 * so that two of them that such a reader takes for one are two of one name; for the `clients` of an OP that wrote it
 * they differ.
 */
export type JsonReader = 'anybody' | 'clients'

/**
 * Parses a JSON object that every reader reads alike (RFC 8259 4).
 *
 * @returns undefined for what is no object, is longer than 256 KiB, has more than 20,000 parts, nests
 *   deeper than 64, or has a name twice in one object.
 */
export function parseStrictJson(
  json: string,
  reader: JsonReader,
): Readonly<Record<string, unknown>> | undefined {
  // guard: strict-json-parts
  if (json.length > maxLength || hasManyParts(json)) return undefined
  const value = parse(json)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // guard: json-names-by-collation
  const keyOf = reader === 'anybody' ? foldByCollation : undefined
  // guard: json-names-twice
  if (listJsonStrings(json, maxDepth, keyOf) === undefined) return undefined
  return value as Record<string, unknown>
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
