import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { portOf } from './ports.ts'

/** An HTTP server of the lab. `close` also ends the connections that are open; a second time it does nothing. */
export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves HTTP on 127.0.0.1 only; port 0 picks a free one.
 * @throws Error that names the port when another process has it
 */
export async function listenOnLoopback(onRequest: RequestListener, port = 0): Promise<Listening> {
  // More than the gateway takes by default, so that its own limit is the one that is met.
  const server = createServer({ maxHeaderSize: 64 * 1024 }, onRequest)
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!isPortTaken(error)) throw error
    throw new Error(`port ${port} of 127.0.0.1 is taken by another process`, { cause: error })
  }
  return { port: portOf(server), close: () => closeServer(server) }
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

/** The urlencoded form in a request's body; a body of more than 64 KiB is an error. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > 65_536) throw new Error('the form is larger than 64 KiB')
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}

/** Sends one HTML page that no cache keeps. */
export function sendPage(response: ServerResponse, statusCode: number, html: string): void {
  response.writeHead(statusCode, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(html)
}
