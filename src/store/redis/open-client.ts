import { unlessAborted } from '../../unless-aborted.ts'

/** What is common to the clients for one server and for a cluster. */
interface Openable {
  connect(): Promise<unknown>
  destroy(): unknown
  on(event: 'error', see: (error: Error) => void): unknown
}

/**
 * Connects a client.
 *
 * @param signal gives up; nothing stays open then.
 * @throws the first error of a server or a socket, or the reason of the signal.
 */
export async function openClient<C extends Openable>(client: C, signal: AbortSignal): Promise<C> {
  const faults: Error[] = []
  client.on('error', (error) => faults.push(error))
  const connecting = client.connect()
  try {
    await unlessAborted(connecting, signal)
    return client
  } catch (error) {
    client.destroy()
    // If it is destroyed before its socket opens, it keeps that.
    connecting.then(
      () => client.destroy(),
      () => undefined,
    )
    throw faults[0] ?? error
  }
}
