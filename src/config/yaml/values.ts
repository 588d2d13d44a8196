import type { Path } from '../config-error.ts'

/** Whether a value is a mapping of the file: no list, no scalar, not empty. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at a path; undefined if there is none. Inherited properties don't count. */
export function pick(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)]
    return isMapping(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }, value)
}

/** A value inside the mappings that a path names. */
export function nest(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value)
}

/** `over` laid over `base`: mappings are merged key by key, everything else is replaced. */
export function overlay(base: unknown, over: unknown): unknown {
  if (!isMapping(base) || !isMapping(over)) return over
  const merged = { ...base }
  for (const [key, value] of Object.entries(over))
    merged[key] = Object.hasOwn(base, key) ? overlay(base[key], value) : value
  return merged
}
