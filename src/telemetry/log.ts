import pino from 'pino'
import { describeSupportId } from './support-id.ts'

export type Log = pino.Logger

/**
 * The one logger: JSON lines, ISO times. What goes in an error object besides its name, message, code and stack
 * never comes out: SDK and HTTP client errors carry credentials in further properties.
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
      serializers: { err: describeError },
    },
    options.destination ?? pino.destination({ sync: true }),
  )
}

interface ErrorDescription {
  type: string
  message: string
  code?: string
  stack?: string
  cause?: ErrorDescription
}

function describeError(error: unknown, depth = 0): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' }
  return {
    type: error.name,
    message: error.message,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(depth === 0 && error.stack !== undefined && { stack: error.stack }),
    ...(depth < 3 && error.cause !== undefined && { cause: describeError(error.cause, depth + 1) }),
  }
}
