import type { Tracing } from '../tracing/tracing.ts'
import type { AuditFields } from './audit-line.ts'

/** What of an audit line goes in a trace; whom it was about, and what strangers sent, is in the line only. */
const names: readonly string[] = [
  ...['client_id', 'page', 'mode', 'leg'],
  ...['verdict', 'reason', 'key', 'error', 'action', 'status', 'event'],
]

/** Notes each audit line as an event of its request's span: what was decided, and why. */
export function noteInTrace(tracing: Pick<Tracing, 'note'>): (line: AuditFields) => void {
  return (line) => {
    const known = Object.entries(line).filter(([name]) => names.includes(name))
    tracing.note(line.audit, Object.fromEntries(known.map(([name, value]) => [`step_up.${name}`, value])))
  }
}
