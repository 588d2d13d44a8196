import { type ClockWatch, describeAhead, watchClock } from '../http/clock-watch.ts'
import { adviceOnClocks, clockToleranceSeconds } from '../policy/age.ts'
import { type Finding, fine, unknown, wrong } from './finding.ts'

const names = { provider: "the OP's clock", authsignal: "Authsignal's clock" } as const
const ids = { provider: 'provider_clock', authsignal: 'authsignal_clock' } as const

/** The clocks of others, as their latest answers showed them. */
export interface ClockReadings {
  readonly provider: ClockWatch
  readonly authsignal: ClockWatch
  describe(clock: keyof typeof names): Finding
}

/** @param now epoch milliseconds. */
export function createClockReadings(now: () => number): ClockReadings {
  const aheadMs = new Map<keyof typeof names, number>()
  const watch = (clock: keyof typeof names): ClockWatch =>
    watchClock(now, (ahead) => aheadMs.set(clock, ahead))
  return {
    provider: watch('provider'),
    authsignal: watch('authsignal'),
    describe(clock) {
      const ahead = aheadMs.get(clock)
      if (ahead === undefined) return unknown(`${names[clock]}: its answers name no time`)
      if (Math.round(Math.abs(ahead) / 1000) <= clockToleranceSeconds)
        return fine(`${names[clock]} agrees with this machine's`)
      const about = `${names[clock]} is ${describeAhead(ahead)}; ${clockToleranceSeconds} s are tolerated`
      return wrong(ids[clock], about, adviceOnClocks)
    },
  }
}
