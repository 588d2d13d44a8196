/** One thing that was measured, and what it must reach. */
export interface Line {
  /** The kind of request, or of sign-in. */
  readonly work: string
  /** What was measured, and in what it is told: `CPU ÷ raw`, `gateway, ms`. */
  readonly what: string
  readonly value: number
  readonly goal?: Goal
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number }

export const isMet = ({ value, goal }: Line): boolean => {
  if (goal === undefined) return true
  return 'atLeast' in goal ? value >= goal.atLeast : value <= goal.atMost
}

const round = (value: number): string => value.toFixed(Math.abs(value) >= 100 ? 0 : 2)

/** With its goal, and `pass` or `FAIL`. */
export function showLine(line: Line): string {
  const { work, what, value, goal } = line
  const told = goal && ('atLeast' in goal ? `>= ${round(goal.atLeast)}` : `<= ${round(goal.atMost)}`)
  const verdict = goal === undefined ? '' : isMet(line) ? 'pass' : 'FAIL'
  const row = [work.padEnd(42), what.padEnd(38), round(value).padStart(9), (told ?? '').padStart(8), verdict]
  return row.join('  ').trimEnd()
}

/** Not a number without any. */
export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN
