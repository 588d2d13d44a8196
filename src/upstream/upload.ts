import http, { type ClientRequest, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { type OpAnswer, type OpRequest, type Patience, silentCode, toError } from './exchange.ts'

/** At once. */
const connections = 128

/** Under these an OP wants no more of a request that it has not read to its end. */
const isRefused = ({ statusCode }: IncomingMessage): boolean => Number(statusCode) >= 300

/** Requests whose bodies stream to the OP, each on a connection of its own. */
export interface Uploads {
  /** As `Pool.request`. */
  send(asked: OpRequest, body: Readable): Promise<OpAnswer>
  /** Ends all that is under way. */
  destroy(): void
}

/** @param options how to connect. */
export function openUploads({ protocol }: URL, options: https.RequestOptions, patience: Patience): Uploads {
  const { request, Agent } = protocol === 'https:' ? https : http
  const agent = new Agent({ maxSockets: connections })
  const underWay = new Set<ClientRequest>()
  let isClosed = false
  return {
    async send({ method, path, headers, signal }, body) {
      if (isClosed) throw new Error('the pool is closed')
      const opened = request({ ...options, method, path, headers, agent })
      // Node would leave out what comes after the 1000th, without a word.
      opened.maxHeadersCount = 0
      underWay.add(opened)
      opened.once('close', () => underWay.delete(opened))
      return sendUpload(opened, body, signal, patience)
    },
    destroy() {
      isClosed = true
      for (const opened of underWay) opened.destroy()
      agent.destroy()
    },
  }
}

/**
 * Streams a body to the OP on a connection of its own, and waits for the head of the final answer: interim ones (RFC
 * 9110 15.2) are for nobody here. The OP may answer before it has read the whole request.
 *
 * @param request opened for this body.
 */
export function sendUpload(
  request: ClientRequest,
  body: Readable,
  signal: AbortSignal | null | undefined,
  patience: Patience,
): Promise<OpAnswer> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined
    let isConnected = false

    const giveUp = (error: Error): void => void (answer ?? request).destroy(error)
    const onAbort = (): void => giveUp(toError(signal?.reason))

    const onSilence = (): void => {
      const isReaderSlow = answer !== undefined && answer.readableLength > 0
      const isSenderSlow = isConnected && !request.writableEnded && !request.writableNeedDrain
      if (isReaderSlow || isSenderSlow) request.socket?.setTimeout(patience.silenceMs)
      else giveUp(Object.assign(new Error('the OP is silent'), { code: silentCode }))
    }

    request.on('socket', (socket: Socket) => {
      ignoreWriteErrors(socket)
      socket.setTimeout(patience.connectMs, onSilence)
      socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        isConnected = true
        socket.setTimeout(patience.silenceMs)
      })
    })
    request.on('response', (head: IncomingMessage) => {
      answer = head
      // What follows is no part of the request that was answered.
      head.once('end', () => {
        if (!request.writableEnded) request.destroy()
      })
      resolve({ statusCode: Number(head.statusCode), headers: groupHeaders(head.rawHeaders), body: head })
    })
    request.on('error', reject)
    request.on('close', () => {
      signal?.removeEventListener('abort', onAbort)
      // Such as an upgrade that nobody asked for.
      reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' }))
    })

    if (signal?.aborted) onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })
    upload(body, request)
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

function groupHeaders(rawHeaders: readonly string[]): Record<string, string | string[]> {
  const headers = new Map<string, string | string[]>()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name, value] = [`${rawHeaders[at]}`.toLowerCase(), `${rawHeaders[at + 1]}`]
    const earlier = headers.get(name)
    headers.set(name, earlier === undefined ? value : [earlier, value].flat())
  }
  return Object.fromEntries(headers)
}
