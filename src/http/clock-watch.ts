/** Watches the clock of another machine by the answers that it gives. */
export interface ClockWatch {
  /** Before a request is sent. What it returns takes the header fields of the answer. */
  begin(): (headers: Readonly<Record<string, unknown>>) => void
}

/** RFC 9110 5.6.7, in the only form that servers still send. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** The header says no fraction of a second; on average it is half of one. */
const meanFractionMs = 500

/**
 * Compares by the answer's Date (RFC 9110 6.6.1), which was written about half a round trip ago. One that is missing,
 * can't be read or comes from a cache says nothing.
 *
 * @param now epoch milliseconds.
 * @param see by how many milliseconds the other clock is ahead; to a second or so.
 */
export function watchClock(now: () => number, see: (aheadMs: number) => void): ClockWatch {
  return {
    begin() {
      const sentAt = now()
      return ({ date, age }) => {
        if (typeof date !== 'string' || !httpDate.test(date) || age !== undefined) return
        const aheadMs = Date.parse(date) + meanFractionMs - (sentAt + now()) / 2
        if (!Number.isNaN(aheadMs)) see(aheadMs)
      }
    },
  }
}

/** `3 s ahead of this machine's`. */
export function describeAhead(aheadMs: number): string {
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  return `${seconds} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine's`
}
