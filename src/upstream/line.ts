import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import { silentCode } from './exchange.ts'

const continues = Buffer.from('HTTP/1.1 100')
const headEnd = '\r\n\r\n'

/** A request that takes a line. */
export interface LineOptions extends Dispatcher.DispatchOptions {
  /** Called when it has one. */
  readonly onLine: (line: Line) => void
}

/** How its sockets are connected. It returns the socket at once, of which undici's types say nothing. */
export type Connect = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket

/**
 * One connection to the OP, and the next one after it is closed, which undici's `Client` reads. What undici doesn't do as
 * the gateway needs it is done on the socket, before undici sees a byte:
 *
 * - It fails at an interim answer `100` that it did not ask for. Some servers send one to every form, and a client must
 *   be able to read it (RFC 9110 15.2).
 * - While its parser is paused, it throws at the end of a connection, out of everybody's reach. It is never paused.
 * - It takes an answer without a length for whole that ends with a reset.
 */
export class Line extends Client {
  private socket: Socket | undefined
  private isPaused = false

  /** @param silenceMs the longest time without a byte, before the head of an answer and between two of its bytes. */
  constructor(origin: URL, options: Client.Options, connect: Connect, silenceMs: number) {
    super(origin, {
      ...options,
      connect: (target, callback) =>
        this.attach(
          connect(target, (...result) => {
            // Until then it is the connector's to be patient.
            result[1]?.setTimeout(silenceMs)
            callback(...result)
          }),
          silenceMs,
        ),
    })
  }

  override dispatch(options: LineOptions, handler: Dispatcher.DispatchHandler): boolean {
    options.onLine(this)
    return super.dispatch(options, handler)
  }

  /** Reads no more of the answer, until `resume`. */
  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    const { socket } = this
    // Never while undici reads.
    process.nextTick(() => socket?.emit('readable'))
  }

  private attach(socket: Socket, silenceMs: number): void {
    const read = socket.read.bind(socket)
    let written = 0
    let isAtStart = false
    this.socket = socket
    this.isPaused = false
    socket.read = (size) => {
      const chunk: Buffer | null = this.isPaused ? null : read(size)
      if (chunk === null) return chunk
      // Another request went out: what comes now is the start of its answer.
      if (socket.bytesWritten !== written) {
        written = socket.bytesWritten
        isAtStart = true
      }
      if (isAtStart) isAtStart = renumber(chunk)
      return chunk
    }
    socket.on('timeout', () => {
      if (this.isPaused) socket.setTimeout(silenceMs)
      else if (this.stats.running === 0) socket.destroy()
      else socket.destroy(Object.assign(new Error('the OP is silent'), { code: silentCode }))
    })
    socket.prependListener('error', (error: NodeJS.ErrnoException) => {
      // As undici's own errors say that a connection was closed.
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE')
        Object.assign(error, { code: 'UND_ERR_SOCKET', socket: { bytesRead: socket.bytesRead } })
    })
  }
}

/**
 * Makes an interim answer `100` one of another number, which undici passes over.
 *
 * @returns whether nothing but interim answers `100` is in it.
 */
function renumber(chunk: Buffer): boolean {
  let at = 0
  while (chunk.subarray(at, at + continues.length).equals(continues)) {
    chunk.write('2', at + continues.length - 1)
    const end = chunk.indexOf(headEnd, at)
    if (end < 0) return false
    at = end + headEnd.length
  }
  return at === chunk.length
}
