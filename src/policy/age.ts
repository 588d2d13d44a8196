/** How far the clocks of two machines may differ. */
export const clockToleranceSeconds = 30

/** What to do where they differ by more; for the log. */
export const adviceOnClocks =
  "Synchronise this machine's clock (NTP); if it is right, the other one is to be set"

/**
 * Whether what began at a time is younger than so many milliseconds. What begins in the future is not: a clock that was
 * set back does not make old things young again.
 *
 * @param at epoch milliseconds, as is `now`.
 */
export function isYounger(at: number, maxAgeMs: number, now: number): boolean {
  return (
    now - at < maxAgeMs && /* guard: nothing-young-from-the-future */ at <= now + clockToleranceSeconds * 1000
  )
}
