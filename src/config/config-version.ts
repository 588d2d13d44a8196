import { createHash, hash } from 'node:crypto'
import type { Config } from './schema/schema.ts'

/** The keys whose values are secrets. */
export const secretKeys: ReadonlySet<string> = new Set([
  'apiSecretKey',
  'clientSecret',
  'key',
  'password',
  'secret',
  'subjectKey',
])

/** Places: where something stands, or was read from. */
const placeKeys: ReadonlySet<string> = new Set(['origin', 'file', 'folder'])

/** With 10,000 clients one takes a third of a second, and each question for health or metrics asks for it. */
const versions = new WeakMap<Config, string>()

/**
 * Names what a gateway runs on: the same for the same settings, wherever they stand and in whatever order, and for
 * every value of a secret.
 *
 * @returns the first 12 hexadecimal digits of a SHA-256.
 */
export function versionOf(config: Config): string {
  const known = versions.get(config)
  if (known !== undefined) return known
  const version = createHash('sha256')
    .update(JSON.stringify(toPlain(config)))
    .digest('hex')
    .slice(0, 12)
  versions.set(config, version)
  return version
}

/** Without secrets and places, the keys in one order. */
function toPlain(value: unknown): unknown {
  if (value instanceof Map) return toPlain(Object.fromEntries(value))
  if (Array.isArray(value)) return value.map(toPlain)
  if (value instanceof Uint8Array) return hash('sha256', value)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key]) => !placeKeys.has(key) && !secretKeys.has(key))
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, toPlain(inner)]))
}
