import type { Authsignal } from '../authsignal/authsignal.ts'
import { AuthsignalError } from '../authsignal/authsignal-error.ts'
import { waiting } from '../telemetry/request-context.ts'
import type { Instruments } from './instruments.ts'

/** The same methods, each of whose calls is timed. */
export function watchAuthsignal(
  api: Authsignal,
  instruments: Pick<Instruments, 'count' | 'observe'>,
): Authsignal {
  const watched = Object.entries(api).map(([call, method]) => [call, watchCall(call, method, instruments)])
  return Object.fromEntries(watched)
}

function watchCall(
  call: string,
  method: (...args: never[]) => Promise<unknown>,
  { count, observe }: Pick<Instruments, 'count' | 'observe'>,
) {
  return async (...args: never[]): Promise<unknown> => {
    const startedAt = performance.now()
    try {
      const answer = await waiting(() => method(...args))
      observe('step_up_gateway_authsignal_duration_seconds', { call }, (performance.now() - startedAt) / 1000)
      return answer
    } catch (error) {
      if (error instanceof AuthsignalError)
        count('step_up_gateway_authsignal_failures_total', { failure: error.failure })
      throw error
    }
  }
}
