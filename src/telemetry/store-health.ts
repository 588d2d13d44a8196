import type { Outage } from '../store/store.ts'
import type { Log } from './log.ts'
import { writeLine } from './log-lines.ts'

type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string }

/** @returns writes a line when the store is gone, and one when it answers. */
export function logStore(log: Log, store: string): (outage: Outage | undefined) => void {
  return (outage) => {
    if (outage) {
      writeLine(log, 'the store can not be used: protected clients get 503', { store, reason: outage.reason })
    } else {
      writeLine(log, 'the store answers', { store })
    }
  }
}

/**
 * A store that was never reached is a mistake of this instance, which takes no traffic then. One that is gone is gone for
 * all instances: none is unready, since what needs no store still flows.
 */
export function requireStore(state: Readiness, outage: Outage | undefined): Readiness {
  if (!state.ready || outage === undefined || outage.hasAnswered) return state
  return { ready: false, reason: `the store: ${outage.reason}` }
}

/** A sentence for operators about a store that is gone. */
export function warnOfStore(outage: Outage | undefined): readonly string[] {
  return outage?.hasAnswered
    ? [`The store can not be used, and protected clients get 503: ${outage.reason}.`]
    : []
}
