import { AsyncLocalStorage } from 'node:async_hooks'

const deadlines = new AsyncLocalStorage<AbortSignal>()

/**
 * Runs work whose requests to the OP all end with the signal. openid-client takes no signal of the caller, only a
 * timeout for each request: this is how the probe's one timeout covers its code, token and key requests.
 */
export function withDeadline<T>(deadline: AbortSignal, work: () => Promise<T>): Promise<T> {
  return deadlines.run(deadline, work)
}

/** A signal that ends when the given one does, or the deadline of the work around. */
export function limitByDeadline(signal: AbortSignal | undefined): AbortSignal {
  return AbortSignal.any([signal ?? [], deadlines.getStore() ?? []].flat())
}
