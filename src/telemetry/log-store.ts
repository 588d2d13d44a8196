import type { Outage } from '../store/store.ts'
import type { Log } from './log.ts'
import { writeLine } from './log-lines.ts'

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
