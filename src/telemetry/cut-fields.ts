const longestText = 512
const longestStack = 4096
const longestName = 64
/** In all of a line, however deep they are. */
const maxValues = 128
const maxDepth = 6

/** What JSON leaves as it is, and terminals and editors obey: control characters, and those that turn the text around. */
const obeyed = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A text at a size that no stranger can choose, and without what a terminal obeys. */
export function cutText(text: string, longest = longestText): string {
  const kept =
    /* guard: log-long-text */ text.length > longest
      ? `${text.slice(0, longest)}… (${text.length} characters)`
      : text
  // guard: log-control-characters
  return kept.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * The fields of a log line as plain JSON of a bounded size, for any input. Instances of classes are only named: a
 * request or a response holds secrets. Errors are described, and what stands in the place of one is not shown.
 */
export function cutFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  let values = 0

  function cut(value: unknown, depth: number): unknown {
    values += 1
    // guard: log-values
    if (values > maxValues) return undefined
    if (typeof value === 'string') return cutText(value)
    if (typeof value === 'bigint') return cutText(value.toString())
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof Error) return describeError(value)
    if (depth === maxDepth) return '…'
    if (Array.isArray(value)) return value.slice(0, maxValues).map((item) => cut(item, depth + 1))
    return /* guard: log-objects */ isPlain(value)
      ? cutEntries(value, depth)
      : `[${cutText(value.constructor.name, longestName)}]`
  }

  function cutEntries(entries: object, depth: number): Record<string, unknown> {
    const kept = Object.entries(entries).slice(0, maxValues)
    return Object.fromEntries(
      kept.map(([name, value]) => [cutText(name, longestName), cut(value, depth + 1)]),
    )
  }

  const { err, ...others } = fields
  return { ...cutEntries(others, 0), ...(err !== undefined && { err: describeError(err) }) }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

export interface ErrorDescription {
  type: string
  message: string
  code?: string
  stack?: string
  cause?: ErrorDescription
}

/** Of an error its name, message, code, stack and causes, and nothing else. */
export function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  return {
    type: cutText(error.name, longestName),
    message: cutText(error.message),
    ...('code' in error && typeof error.code === 'string' && { code: cutText(error.code) }),
    ...(depth === 0 && error.stack !== undefined && { stack: cutText(error.stack, longestStack) }),
    ...(depth < 3 && error.cause !== undefined && { cause: describeError(error.cause, depth + 1) }),
  }
}
