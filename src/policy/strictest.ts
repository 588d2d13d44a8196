import type { ClientPolicy } from '../config/schema/schema.ts'

const modes = ['off', 'monitor', 'enforce'] as const
const unenrolled = ['allow', 'enroll', 'deny'] as const

/** Stands in a list of methods that two policies have none in common of: an empty list would mean any. */
const noMethod = 'NO_METHOD_COUNTS_FOR_BOTH'

/**
 * What all of these policies together allow, where each of them has a say: those of the strictest mode, and of those in
 * every key the stricter value. Authsignal gets the user and the action of the first one.
 */
export function strictestOf(first: ClientPolicy, ...others: readonly ClientPolicy[]): ClientPolicy {
  const all = [first, ...others]
  const mode = modes[Math.max(...all.map((policy) => modes.indexOf(policy.mode)))]
  const [strictest = first, ...rest] = all.filter((policy) => policy.mode === mode)
  // guard: stricter-policy
  return rest.reduce(combine, strictest)
}

function combine(one: ClientPolicy, other: ClientPolicy): ClientPolicy {
  const {
    graceUntil: _grace,
    rememberDevice: _device,
    refreshMaxAge: _age,
    codeLifetime: _life,
    ...rest
  } = one
  return {
    ...rest,
    ...shorterOfBoth('graceUntil', one, other),
    ...shorterOfBoth('rememberDevice', one, other),
    ...shorterOfAny('refreshMaxAge', one, other),
    ...shorterOfAny('codeLifetime', one, other),
    responseTypes: inBoth(one.responseTypes, other.responseTypes),
    grants: inBoth(one.grants, other.grants),
    satisfiedByAmr: inBoth(one.satisfiedByAmr, other.satisfiedByAmr),
    methods: combineMethods(one.methods, other.methods),
    unenrolled: stricterOf(unenrolled, one.unenrolled, other.unenrolled),
    remember: Math.min(one.remember, other.remember),
    onError: stricterOf(['allow', 'deny'] as const, one.onError, other.onError),
    refreshTokens: stricterOf(['any', 'released'] as const, one.refreshTokens, other.refreshTokens),
  }
}

const inBoth = <T>(one: readonly T[], other: readonly T[]): T[] =>
  one.filter((value) => other.includes(value))

function combineMethods(one: readonly string[], other: readonly string[]): string[] {
  if (one.length === 0 || other.length === 0) return [...one, ...other]
  const common = inBoth(one, other)
  return common.length > 0 ? common : [noMethod]
}

/** @param order from the mildest to the strictest. */
function stricterOf<T>(order: readonly T[], one: T, other: T): T {
  return order.indexOf(one) > order.indexOf(other) ? one : other
}

/** What is granted until a time, or for one: only where both grant it. */
function shorterOfBoth<K extends 'graceUntil' | 'rememberDevice'>(
  key: K,
  one: ClientPolicy,
  other: ClientPolicy,
) {
  const [a, b] = [one[key], other[key]]
  return a !== undefined && b !== undefined && { [key]: Math.min(a, b) }
}

/** What ends after a time: where either says so. */
function shorterOfAny<K extends 'refreshMaxAge' | 'codeLifetime'>(
  key: K,
  one: ClientPolicy,
  other: ClientPolicy,
) {
  const ages = [one[key], other[key]].filter((age) => age !== undefined)
  return ages.length > 0 && { [key]: Math.min(...ages) }
}
