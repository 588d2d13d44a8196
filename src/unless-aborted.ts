/**
 * Waits for some work no longer than until a signal is aborted, even where that was before.
 *
 * @throws the reason of the signal; what the work itself comes to is then of no interest.
 */
export function unlessAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason)
    if (signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
    // A signal may outlive many pieces of work.
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
  })
}
