import { type ClockWatch, describeAhead, watchClock } from '../http/clock-watch.ts'
import { adviceOnClocks, clockToleranceSeconds } from '../policy/age.ts'
import { type LineLog, writeLine } from './log-lines.ts'

/** The clocks on which this machine's has to agree with others. */
export interface Clocks {
  readonly authsignal: ClockWatch
  readonly provider: ClockWatch
  /** A sentence for an operator about each that differs by more than is tolerated. */
  readonly warnings: readonly string[]
  /** By how many milliseconds each was ahead when it was last seen. */
  readonly aheadMs: ReadonlyMap<string, number>
}

/** What the header's resolution and a slow answer can make of a difference: one at the limit is not logged each time. */
const slackMs = 2000

const toleranceMs = clockToleranceSeconds * 1000

/**
 * Writes a line when a clock begins to differ by more than is tolerated, and one when it agrees again.
 *
 * @param now epoch milliseconds.
 */
export function createClocks(log: LineLog, now: () => number): Clocks {
  const warnings = new Map<string, string>()
  const ahead = new Map<string, number>()

  function watch(clock: string, name: string, consequence: string): ClockWatch {
    return watchClock(now, (aheadMs) => {
      ahead.set(clock, aheadMs)
      const apartMs = Math.abs(aheadMs)
      const aheadSeconds = Math.round(aheadMs / 1000)
      const isKnown = warnings.has(clock)
      if (apartMs > toleranceMs || (isKnown && apartMs > toleranceMs - slackMs)) {
        warnings.set(clock, `${name} is ${describeAhead(aheadMs)}: ${consequence}. ${adviceOnClocks}.`)
        if (!isKnown)
          writeLine(log, "a clock differs from this machine's", {
            clock,
            ahead_seconds: aheadSeconds,
            detail: warnings.get(clock),
          })
      } else if (isKnown) {
        warnings.delete(clock)
        writeLine(log, "a clock agrees with this machine's again", { clock, ahead_seconds: aheadSeconds })
      }
    })
  }

  return {
    authsignal: watch('authsignal', "Authsignal's clock", 'passed challenges fail'),
    provider: watch('provider', "the OP's clock", 'its ID tokens may count as expired, or as not yet valid'),
    aheadMs: ahead,
    get warnings() {
      return [...warnings.values()]
    },
  }
}
