import pino from 'pino'
import { cutFields, cutText } from './cut-fields.ts'
import { describeRequestIds } from './request-context.ts'

export type Log = pino.Logger

/**
 * The one logger: JSON lines, ISO times. What goes in an error object besides its name, message, code and stack never
 * comes out: SDK and HTTP client errors carry credentials in further properties. The length of lines is bounded,
 * wherever their content comes from.
 *
 * @param options.level pino's level. Default: `info`.
 * @param options.destination where lines go. Default: stdout.
 */
export function createLog(options: { level?: string; destination?: pino.DestinationStream } = {}): Log {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      mixin: describeRequestIds,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are described here already, so that pino's own serializer of them has nothing to do.
      // guard: log-fields
      formatters: { log: cutFields },
      serializers: { err: (described) => described, /* guard: log-messages */ msg: cutText },
    },
    options.destination ?? pino.destination({ sync: true }),
  )
}
