export const number = (value: number): string => value.toLocaleString('en')

/** `1 sign-in`, `2 sign-ins`. */
export const count = (times: number, noun: string): string =>
  `${number(times)} ${noun}${times === 1 ? '' : 's'}`

/** `24 %`; what is there at all is never `0 %`. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100)
  return rounded === 0 && share > 0 ? '<1 %' : `${rounded} %`
}

/** `0.4 s`, `12 s`, `3 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}
