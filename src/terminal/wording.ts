const hourMs = 3_600_000

export const number = (value: number): string => value.toLocaleString('en')

/** `1 sign-in`, `2 sign-ins`. */
export const count = (times: number, noun: string): string =>
  `${number(times)} ${noun}${times === 1 ? '' : 's'}`

/** `24 %`; what is there at all is never `0 %`. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100)
  return rounded === 0 && share > 0 ? '<1 %' : `${rounded} %`
}

/** `0.4 s`, `12 s`, `3 min`, `12 h`, `30 d`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  if (ms < 2 * hourMs) return `${Math.round(ms / 60_000)} min`
  return ms < 48 * hourMs ? `${Math.round(ms / hourMs)} h` : `${Math.round(ms / (24 * hourMs))} d`
}
