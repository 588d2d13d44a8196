import pino from 'pino'
import { cutFields, cutText } from './cut-fields.ts'
import { describeSupportId } from './support-id.ts'

export type Log = pino.Logger

/**
 * The one logger: JSON lines, ISO times. What goes in an error object besides its name, message, code and stack
 * never comes out: SDK and HTTP client errors carry credentials in further properties. Lines have a bounded length,
 * whoever wrote what is in them.
 *
 * @param options.level pino's level, `info` unless told.
 * @param options.destination where lines go, stdout unless told.
 */
export function createLog(options: { level?: string; destination?: pino.DestinationStream } = {}): Log {
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      mixin: describeSupportId,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Errors are described here already, so that pino's own serializer of them has nothing to do.
      // guard: log-fields
      formatters: { log: cutFields },
      serializers: { err: (described) => described, /* guard: log-messages */ msg: cutText },
    },
    options.destination ?? pino.destination({ sync: true }),
  )
}
