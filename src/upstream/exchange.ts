import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { HeaderFields } from '../http/exchange.ts'

/** A request as it goes to the OP. */
export interface OpRequest {
  readonly method: string
  readonly path: string
  readonly headers: HeaderFields
  readonly body?: Buffer | Readable | null
  /** What it is for, in the name of its span: one of few values. */
  readonly purpose?: string
  readonly signal?: AbortSignal | null
}

/** The OP's final answer: its headers as they came, by lower-case name. */
export interface OpAnswer {
  readonly statusCode: number
  readonly headers: Record<string, string | string[]>
  readonly body: Readable
}

/** How long the OP may be silent, in milliseconds. */
export interface Patience {
  readonly connectMs: number
  /** Before the head of the answer, and between two of its bytes. */
  readonly silenceMs: number
}

/** The code of an OP that was silent for too long. */
export const silentCode = 'OP_SILENT'

/** Under these an OP wants no more of a request that it has not read to its end. */
const isRefused = ({ statusCode }: IncomingMessage): boolean => Number(statusCode) >= 300

/**
 * Sends a request that was opened on a connection, and waits for the head of the final answer: interim ones (RFC 9110
 * 15.2) are for nobody here. The OP may answer before it has read the whole request.
 *
 * @param onStale what to do instead if the OP had closed the kept connection just when it was used again: not a byte of
 *   an answer came.
 */
export function sendRequest(
  request: ClientRequest,
  { body, signal }: Pick<OpRequest, 'body' | 'signal'>,
  patience: Patience,
  onStale?: () => Promise<OpAnswer>,
): Promise<OpAnswer> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined
    let connection: Connection | undefined

    const giveUp = (error: Error): void => void (answer ?? request).destroy(error)
    const onAbort = (): void => giveUp(toError(signal?.reason))

    const onSilence = (): void => {
      const isReaderSlow = answer !== undefined && answer.readableLength > 0
      const isSenderSlow = !request.writableEnded && !request.writableNeedDrain
      if (isReaderSlow || isSenderSlow) request.socket?.setTimeout(patience.silenceMs)
      else giveUp(Object.assign(new Error('the OP is silent'), { code: silentCode }))
    }

    const fail = (error: Error): void => {
      const isStale =
        connection?.isKept && /* guard: answers-that-began */ !connection.hasAnswered && !signal?.aborted
      if (isStale && onStale && isClosedByPeer(error)) resolve(onStale())
      else reject(error)
    }

    request.on('socket', (socket: Socket) => {
      connection = take(socket)
      socket.setTimeout(socket.connecting ? patience.connectMs : patience.silenceMs)
      if (socket.connecting) socket.once('connect', () => socket.setTimeout(patience.silenceMs))
      socket.on('timeout', onSilence)
    })
    request.on('response', (head: IncomingMessage) => {
      answer = head
      if (connection) connection.answer = head
      // What follows is no part of the request that was answered.
      head.once('end', () => {
        if (!request.writableEnded) request.destroy()
      })
      resolve({ statusCode: Number(head.statusCode), headers: groupHeaders(head.rawHeaders), body: head })
    })
    request.on('error', fail)
    request.on('close', () => {
      signal?.removeEventListener('abort', onAbort)
      request.socket?.off('timeout', onSilence)
      if (connection) connection.isBusy = false
      // Such as an upgrade that nobody asked for.
      reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' }))
    })

    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    if (body instanceof Readable) upload(body, request)
    else request.end(body ?? undefined)
  })
}

/**
 * Streams a body to the OP as long as it wants it. What it does not take is read for nobody: a client that is still
 * sending would not look at the answer, or lose it with the connection.
 */
function upload(body: Readable, request: ClientRequest): void {
  const drain = (): void => {
    body.unpipe(request)
    body.resume()
  }
  request.once('response', (head: IncomingMessage) => {
    if (isRefused(head)) drain()
  })
  request.once('close', drain)
  body.pipe(request)
}

/** What is known of a connection while requests follow each other on it. */
interface Connection {
  isKept: boolean
  isBusy: boolean
  /** A byte came since the last request was sent. */
  hasAnswered: boolean
  /** To the last request. */
  answer: IncomingMessage | undefined
}

const connections = new WeakMap<Socket, Connection>()

/** A connection for one more request. What the OP says beyond an answer would be taken for the next one. */
function take(socket: Socket): Connection {
  const next = { isBusy: true, hasAnswered: false, answer: undefined }
  const known = connections.get(socket)
  if (known) return Object.assign(known, { ...next, isKept: true })
  const connection: Connection = { ...next, isKept: false }
  connections.set(socket, connection)
  ignoreWriteErrors(socket)
  socket.prependListener('data', () => {
    connection.hasAnswered = true
    // guard: unasked-answers
    if (!connection.isBusy || connection.answer?.complete) socket.destroy()
  })
  return connection
}

/**
 * An OP that refuses an upload closes the connection behind its answer: writing fails then, and Node would drop what it
 * has not read yet. What has become of a connection is found out by reading it.
 */
function ignoreWriteErrors(socket: Socket): void {
  const [write, writeAll] = [socket._write.bind(socket), socket._writev?.bind(socket)]
  const only = (callback: (error?: Error | null) => void) => (error?: Error | null) =>
    callback(error && isClosedByPeer(error) ? null : error)
  socket._write = (chunk, encoding, callback) => write(chunk, encoding, only(callback))
  socket._writev = (chunks, callback) => writeAll?.(chunks, only(callback))
}

const isClosedByPeer = (error: Error): boolean =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'))

function groupHeaders(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const headers = new Map<string, string | string[]>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name, value] = [`${rawHeaders[at]}`.toLowerCase(), `${rawHeaders[at + 1]}`]
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : [earlier, value].flat())
  }
  return Object.fromEntries(headers)
}
