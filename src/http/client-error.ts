import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

const statusOf: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
])

/**
 * Answers what Node could not read as a request (its `clientError` event): without a line in the log nobody would learn
 * of it, as no request is there to be logged.
 *
 * @param report writes the line of the refusal.
 * @param maxHeaderSize the limit of the headers in bytes, which an operator may have to raise.
 */
export function createClientErrorHandler(
  report: (refused: { readonly status: number; readonly detail: string | undefined }) => void,
  maxHeaderSize: number,
) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return
    const statusCode = statusOf.get(error.code) ?? 400
    const detail =
      statusCode === 431 ? `headers of more than ${maxHeaderSize} bytes: see maxHeaderSize` : error.code
    report({ status: statusCode, detail })
    if (socket.writable) {
      const reason = STATUS_CODES[statusCode]
      const body = `${reason}\n`
      socket.write(
        `HTTP/1.1 ${statusCode} ${reason}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
          `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
      )
    }
    socket.destroy(error)
  }
}
