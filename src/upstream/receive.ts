import { Readable } from 'node:stream'
import type { Dispatcher, errors } from 'undici'
import { type OpAnswer, type OpBody, toError } from './exchange.ts'
import type { Line, LineOptions } from './line.ts'

/** How much of a body is held before anybody reads it, in bytes. */
const highWaterMark = 64 * 1024

/** Answers that end with their head, whatever Content-Length says (RFC 9112 6.3): undici takes that at its word. */
const bodiless: ReadonlySet<number> = new Set([204, 304])

type Head = Pick<OpAnswer, 'statusCode' | 'headers'>

/**
 * Sends a request, and takes in its final answer: interim ones (RFC 9110 15.2) are for nobody here.
 *
 * @param onStale what to do instead if the OP had closed the kept connection just when it was used again: not a byte of
 *   an answer came.
 */
export async function receive(
  lines: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | null | undefined,
  onStale?: () => Promise<OpAnswer>,
): Promise<OpAnswer> {
  if (signal?.aborted) throw toError(signal.reason)
  const reception = new Reception()
  const onAbort = (): void => reception.giveUp(toError(signal?.reason))
  signal?.addEventListener('abort', onAbort, { once: true })
  reception.onEnd = () => signal?.removeEventListener('abort', onAbort)
  try {
    const head = await new Promise<Head>((resolve, reject) => {
      Object.assign(reception, { resolve, reject })
      const taken: LineOptions = { ...options, onLine: (line) => reception.take(line) }
      lines.dispatch(taken, reception)
    })
    return { ...head, body: reception.takeBody() }
  } catch (error) {
    if (onStale && !signal?.aborted && reception.isStale(error)) return onStale()
    throw error
  }
}

/** One exchange, as undici tells of it. */
class Reception implements Dispatcher.DispatchHandler {
  resolve!: (head: Head) => void
  reject!: (error: unknown) => void
  onEnd!: () => void
  private line: Line | undefined
  private controller: Dispatcher.DispatchController | undefined
  private hasAnswered = false
  private hasEnded = false
  private failure: Error | undefined
  private held: Buffer[] = []
  private stream: Readable | undefined

  take(line: Line): void {
    this.line = line
  }

  giveUp(reason: Error): void {
    this.failure ??= reason
    this.reject(reason)
    this.controller?.abort(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.failure) this.giveUp(this.failure)
  }

  onResponseStarted(): void {
    this.hasAnswered = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: OpAnswer['headers'],
  ): void {
    if (statusCode < 200) return
    this.hasEnded = bodiless.has(statusCode)
    this.resolve({ statusCode, headers })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.stream) {
      if (!this.stream.push(chunk)) this.line?.pause()
      return
    }
    // No more than one read of the socket: the body is taken in the same turn of the event loop.
    this.held.push(chunk)
  }

  onResponseEnd(): void {
    this.finish()
    this.stream?.push(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failure ??= error
    this.finish()
    this.reject(error)
    this.stream?.destroy(error)
  }

  /** The line is no longer this one's. */
  private finish(): void {
    this.hasEnded ||= this.failure === undefined
    this.line?.resume()
    this.line = undefined
    this.onEnd()
  }

  /** Once, as soon as the head is known. */
  takeBody(): OpBody {
    const [first, ...more] = this.held
    if (this.hasEnded) return first && more.length === 0 ? first : Buffer.concat(this.held)
    const stream = new Readable({
      highWaterMark,
      read: () => this.line?.resume(),
      destroy: (error, done) => {
        if (!this.hasEnded) this.controller?.abort(error ?? new Error('nobody reads on'))
        done(error)
      },
    })
    // Nobody may listen yet when it breaks off; a later listener still learns of it.
    stream.on('error', () => undefined)
    for (const chunk of this.held) stream.push(chunk)
    this.held = []
    this.stream = stream
    if (this.failure) stream.destroy(this.failure)
    return stream
  }

  /** Whether this error says no more than that a connection was closed that had been kept for long enough. */
  isStale(error: unknown): boolean {
    return /* guard: answers-that-began */ !this.hasAnswered && hadAnswered(error)
  }
}

/** Whether a connection was closed that had brought an answer before. */
const hadAnswered = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'UND_ERR_SOCKET' &&
  Number((error as errors.SocketError).socket?.bytesRead) > 0
