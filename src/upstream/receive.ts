import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { isClosedByPeer, type OpAnswer, type OpBody, toError } from './exchange.ts'

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
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal | null | undefined,
  onStale?: () => Promise<OpAnswer>,
): Promise<OpAnswer> {
  const reception = new Reception(signal)
  try {
    const head = await new Promise<Head>((resolve, reject) => {
      reception.resolve = resolve
      reception.reject = reject
      dispatcher.dispatch(options, reception)
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
  private readonly signal: AbortSignal | null | undefined
  private controller: Dispatcher.DispatchController | undefined
  private hasAnswered = false
  private hasEnded = false
  private failure: Error | undefined
  private held: Buffer[] = []
  private size = 0
  private stream: Readable | undefined

  constructor(signal: AbortSignal | null | undefined) {
    this.signal = signal
    if (signal?.aborted) this.failure = toError(signal.reason)
    signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  private readonly onAbort = (): void => this.giveUp(toError(this.signal?.reason))

  private giveUp(reason: Error): void {
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

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.stream) {
      if (!this.stream.push(chunk)) controller.pause()
      return
    }
    this.held.push(chunk)
    this.size += chunk.length
    if (this.size >= highWaterMark) controller.pause()
  }

  onResponseEnd(): void {
    this.hasEnded = true
    this.stopListening()
    this.stream?.push(null)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.stopListening()
    this.failure ??= error
    this.reject(error)
    this.stream?.destroy(error)
  }

  private stopListening(): void {
    this.signal?.removeEventListener('abort', this.onAbort)
  }

  /** Once, as soon as the head is known. */
  takeBody(): OpBody {
    const [first, ...more] = this.held
    if (this.hasEnded) return first && more.length === 0 ? first : Buffer.concat(this.held)
    const stream = new Readable({
      highWaterMark,
      read: () => this.controller?.resume(),
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
    return (
      /* guard: answers-that-began */ !this.hasAnswered &&
      error instanceof Error &&
      isClosedByPeer(error) &&
      hadAnswered(error)
    )
  }
}

/** Whether the connection of an error had brought an answer before, as undici's own errors tell. */
const hadAnswered = ({ socket }: Error & { readonly socket?: { readonly bytesRead?: number } }): boolean =>
  Number(socket?.bytesRead) > 0
