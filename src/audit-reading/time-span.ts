/** From the first to the last of some times, in whatever order they come. */
export class TimeSpan {
  #from = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  /** @param at epoch milliseconds. */
  add(at: number): void {
    this.#from = Math.min(this.#from, at)
    this.#until = Math.max(this.#until, at)
  }

  /** ISO 8601. There must have been a time. */
  read(): { readonly from: string; readonly until: string } {
    return { from: new Date(this.#from).toISOString(), until: new Date(this.#until).toISOString() }
  }
}

/** `from 2026-11-01 00:00 to 2026-11-08 00:00 UTC`. */
export function describeSpan({ from, until }: { readonly from: string; readonly until: string }): string {
  const short = (time: string): string => time.slice(0, 16).replace('T', ' ')
  return `from ${short(from)} to ${short(until)} UTC`
}
