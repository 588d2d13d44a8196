import type { Dispatcher } from 'undici'
import { createLoopbackAgent } from '../loopback.ts'
import { type Exchange, readHead } from './exchange.ts'

/** Where requests to the public address really go. */
export interface Way {
  readonly publicUrl: string
  /** The origin of the server that gets them. */
  readonly to: string
  /** Headers that are set on the way: what the gateway would say, where it is left out. */
  readonly headers: Readonly<Record<string, string>>
}

/** A browser's way to servers that writes down each answer of the public address as it came. */
export function recordTo(exchanges: Exchange[], way: Way): Dispatcher {
  return createLoopbackAgent().compose((dispatch) => (options, handler) => {
    if (String(options.origin) !== way.publicUrl) return dispatch(options, handler)
    const name = `${options.method} ${namePath(String(options.path))}`
    const headers = { ...(options.headers as Record<string, string>), ...way.headers }
    const recorder = look(handler, (answer) => exchanges.push({ name, ...answer }))
    return dispatch({ ...options, origin: way.to, headers }, recorder)
  })
}

/** A path without its query and without what is new each time. */
export function namePath(path: string): string {
  return (path.split('?', 1)[0] ?? '').replace(/[\w-]{24,}/g, '…')
}

/** Looks at an answer on its way to undici's `request`, whose handler has these methods. */
function look(
  handler: Dispatcher.DispatchHandler,
  keep: (answer: Omit<Exchange, 'name'>) => void,
): Dispatcher.DispatchHandler {
  const chunks: Buffer[] = []
  let head: ReturnType<typeof readHead> | undefined
  return {
    onConnect: (...how) => handler.onConnect?.(...how),
    onHeaders(status, raw, resume, reason) {
      head = readHead(
        status,
        reason,
        raw.map((text) => text.toString('latin1')),
      )
      return handler.onHeaders?.(status, raw, resume, reason) ?? true
    },
    onData(chunk) {
      chunks.push(Buffer.from(chunk))
      return handler.onData?.(chunk) ?? true
    },
    onComplete(trailers) {
      if (head !== undefined) keep({ ...head, body: Buffer.concat(chunks).toString('latin1') })
      handler.onComplete?.(trailers)
    },
    onError: (error) => handler.onError?.(error),
  }
}
