import type { TracingWatch } from '../tracing/tracing-watch.ts'
import { type LineLog, writeLine } from './log-lines.ts'

/** The lines about the sending of traces: one when it begins to fail, and one when it works, for the first time or again. */
export function logTracing(log: LineLog): TracingWatch {
  let isSending: boolean | undefined
  const warnings = new Set<string>()
  return {
    impossible: (reason) => writeLine(log, 'no traces are sent', { reason }),
    warned(detail) {
      // The same with another number, such as of spans that were dropped, is written once while nothing changes.
      const kind = detail.replace(/\d+/g, '0')
      if (!warnings.has(kind)) writeLine(log, 'OpenTelemetry warns', { detail })
      warnings.add(kind)
    },
    failed(error) {
      if (isSending !== false) writeLine(log, 'traces can not be sent', { reason: describe(error) })
      isSending = false
    },
    sent() {
      if (isSending) return
      isSending = true
      warnings.clear()
      writeLine(log, 'traces are sent', {})
    },
  }
}

/** The collector's status or the code of the network; what it answered besides is left out. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason was given'
  const code = 'code' in error && error.code !== undefined ? `${error.code}` : ''
  // The network's messages name their code, those of HTTP do not.
  return error.message.includes(code) ? error.message : `${code} ${error.message}`
}
