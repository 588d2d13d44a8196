import { z } from 'zod'

/**
 * A string with one rule. `findFault` returns what is wrong with a value, in words that never repeat the
 * value (it may be a secret); `fix` says what to write. `pattern` helps editors only.
 */
export function text(fix: string, findFault: (value: string) => string | undefined, pattern?: string) {
  const schema = z.string().superRefine((value, context) => {
    const fault = findFault(value)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, params: { fix } })
  })
  // An interpolated value gets its final form only after loading.
  return pattern === undefined ? schema : schema.meta({ pattern: `${pattern}|\\$\\{.+\\}` })
}

/** A string that must match `pattern` as a whole; `what` names it in the error, `fix` says what to write. */
export function textLike(pattern: RegExp, what: string, fix: string) {
  return text(
    fix,
    (value) => (value === '' ? 'is empty' : pattern.test(value) ? undefined : `is not ${what}`),
    pattern.source,
  )
}

/** How other programs name a variable: `$NAME`, `$(NAME)`, `%NAME%`, `{{ NAME }}`. */
const otherReference = /^(?:\$[A-Z_][A-Z0-9_]*|\$\([A-Za-z_]\w*\)|%[A-Z_][A-Z0-9_]*%|\{\{.*\}\})$/

/** A secret: at least eight characters, no white space around it, no placeholder. */
export function secret() {
  return text(`take it from \${NAME} or \${file:/run/secrets/name}`, (value) => {
    if (value.trim() === '') return 'is an empty secret'
    if (value.trim() !== value) return 'has white space at its start or end'
    if (/^<.*>$|^change[-_ ]?me|^your[-_ ]/i.test(value)) return 'is a placeholder, not a secret'
    if (otherReference.test(value)) return 'is the name of a variable, taken as it stands'
    return value.length < 8 ? 'is shorter than 8 characters' : undefined
  })
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const durationPattern = /^(\d{1,9})(ms|s|m|h)$/

/** Milliseconds of a duration such as `500ms`, `30s`, `10m` or `12h`; throws a RangeError for anything else. */
export function parseDuration(value: string): number {
  const [, amount, unit] = durationPattern.exec(value) ?? []
  if (amount === undefined || !isUnit(unit)) throw new RangeError('expected a duration such as 30s')
  return Number(amount) * units[unit]
}

/** A duration between two others (both included); the output is in milliseconds. */
export function duration(shortest: string, longest: string) {
  return text(
    `write a whole number and ms, s, m or h, from ${shortest} to ${longest}`,
    (value) => {
      if (!durationPattern.test(value)) return 'is not a duration'
      const milliseconds = parseDuration(value)
      if (milliseconds < parseDuration(shortest)) return `is shorter than ${shortest}`
      return milliseconds > parseDuration(longest) ? `is longer than ${longest}` : undefined
    },
    durationPattern.source,
  )
    .meta({ examples: ['30s'] })
    .transform(parseDuration)
}

function isUnit(unit: string | undefined): unit is keyof typeof units {
  return unit !== undefined && Object.hasOwn(units, unit)
}
