import { AuthsignalError } from './authsignal-error.ts'

/** Sees how calls of Authsignal end. */
export interface CallWatch {
  answered(): void
  /** @param tookMs from the call to its failure. */
  failed(error: AuthsignalError, tookMs: number): void
  /** Milliseconds. */
  readonly now: () => number
}

/** The same methods, each of whose calls is seen. */
export function watchCalls<Api extends object>(api: Api, watch: CallWatch): Api {
  const watched = Object.entries(api).map(([name, method]) => [name, watchMethod(method, watch)])
  return Object.fromEntries(watched)
}

function watchMethod(method: (...args: unknown[]) => Promise<unknown>, watch: CallWatch) {
  return async (...args: unknown[]): Promise<unknown> => {
    const startedAt = watch.now()
    try {
      const answer = await method(...args)
      watch.answered()
      return answer
    } catch (error) {
      if (error instanceof AuthsignalError) watch.failed(error, Math.max(0, watch.now() - startedAt))
      throw error
    }
  }
}
