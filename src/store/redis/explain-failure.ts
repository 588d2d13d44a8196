import { ErrorReply, SocketClosedUnexpectedlyError } from '@redis/client'
import { publicAddressCode } from '../../http/private-lookup.ts'

/** An answer that took too long. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  /** @param ms for how long it was waited for. */
  constructor(ms: number) {
    super(`it does not answer within ${ms} ms`)
  }
}

/** What an operator can do about an error reply, by its code. */
const replies: ReadonlyMap<string, string> = new Map([
  ['WRONGPASS', 'it refuses the user or the password: correct store.username and store.password'],
  ['NOAUTH', 'it asks for a password: set store.password'],
  ['NOPERM', 'it does not let this user do what the gateway needs: grant the commands in docs/store.md'],
  ['READONLY', 'it is a replica, which takes no writes: name the primary, or the sentinels'],
  ['MOVED', 'it is a node of a cluster: list it in store.cluster'],
  ['OOM', 'its memory is full: raise maxmemory, or see docs/store.md'],
  ['MISCONF', 'it takes no writes because it can not save them: see its log'],
  ['LOADING', 'it is still loading its data'],
  ['CLUSTERDOWN', 'its cluster is down'],
  ['MASTERDOWN', 'it is a replica that has lost its primary'],
])

/**
 * Why the store can't be used, for the log and for operators. Of an error reply only the code is repeated: some quote the
 * command, and that of an authentication holds the password.
 */
export function explainFailure(error: unknown): string {
  if (error instanceof ErrorReply) {
    const [code = ''] = /^[A-Z]+\b/.exec(error.message) ?? []
    return replies.get(code) ?? `it answers with an error (${code})`
  }
  if (!(error instanceof Error)) return 'it can not be reached'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === publicAddressCode) return error.message
  if (error.name === 'TimeoutError') return 'it accepts no connection in time'
  if (error instanceof SocketClosedUnexpectedlyError) return 'it closed the connection'
  return code === '' ? error.message : `it can not be reached (${code})`
}
