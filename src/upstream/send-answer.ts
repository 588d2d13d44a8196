import type { OutgoingHttpHeaders } from 'node:http'
import { finished, type Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { OpBody } from './exchange.ts'
import type { PeekedBody } from './peek-body.ts'

/**
 * Sends a body as it comes, past Fastify: its headers are those of the reply, and nothing is added. The head leaves with
 * the first byte; what breaks off before is answered as an error, what breaks off later breaks off here too.
 */
export function sendStream(reply: FastifyReply, body: Readable): void {
  const { raw } = reply
  let hasBegun = false

  function begin(): void {
    if (hasBegun) return
    hasBegun = true
    sendHead(reply)
  }
  finished(body, { writable: false }, (error) => {
    // The client has gone.
    if (raw.destroyed) return
    if (error && hasBegun) {
      raw.destroy()
    } else if (error) {
      dropAnswer(reply).send(error)
    } else if (hasBegun) {
      raw.end()
    } else {
      sendEmpty(reply)
    }
  })
  body.on('data', (chunk: Buffer) => {
    begin()
    if (!raw.write(chunk)) body.pause()
  })
  raw.on('drain', () => body.resume())
  raw.once('close', () => body.destroy())
}

/** Sends bytes framed as the reply's headers say: to a buffer Fastify would add a length and a type. */
export function sendBytes(reply: FastifyReply, bytes: Buffer): void {
  if (bytes.length === 0) sendEmpty(reply)
  else sendHead(reply).end(bytes)
}

/** Where there is no body Node says so by a length, or by the status. */
function sendEmpty(reply: FastifyReply): void {
  const { raw } = reply
  raw.statusCode = reply.statusCode
  for (const [name, value = ''] of Object.entries(headersOf(reply))) raw.setHeader(name, value)
  reply.hijack()
  raw.end()
}

function sendHead(reply: FastifyReply): FastifyReply['raw'] {
  const raw = reply.raw.writeHead(reply.statusCode, headersOf(reply))
  reply.hijack()
  return raw
}

/** A 204 has no length (RFC 9110 8.6). */
function headersOf(reply: FastifyReply): OutgoingHttpHeaders {
  if (reply.statusCode === 204) reply.removeHeader('content-length')
  return reply.getHeaders() as OutgoingHttpHeaders
}

/** True of the OP's own bytes only. */
const ofTheBytes = ['content-length', 'etag', 'content-md5', 'digest', 'content-digest', 'repr-digest']

/** The cookies that the OP's answer sets, as they go to the browser. */
export function setCookiesOf(reply: FastifyReply): string[] {
  return [reply.getHeader('set-cookie') ?? []].flat().map(String)
}

/** The content coding of the OP's answer. */
export function contentCodingOf(reply: FastifyReply): string | undefined {
  return reply.getHeader('content-encoding')?.toString()
}

/** The type of the OP's answer; commas stand between those of a doubled field. */
export function contentTypeOf(reply: FastifyReply): string | undefined {
  return reply.getHeader('content-type')?.toString()
}

/** Takes back what the OP said of its own bytes, where others are sent. */
export function dropByteHeaders(reply: FastifyReply): void {
  for (const name of ofTheBytes) reply.removeHeader(name)
}

/** Sends a body that nobody looked into. */
export function sendBody(reply: FastifyReply, body: OpBody): void {
  if (Buffer.isBuffer(body)) sendBytes(reply, body)
  else sendStream(reply, body)
}

/** Sends a body that was looked into as it came. */
export function sendPeeked(reply: FastifyReply, body: PeekedBody): void {
  if (body.complete) sendBytes(reply, body.bytes)
  else sendStream(reply, body.stream)
}

/** Reads a body to its end for nobody, so that its connection can be used again. */
export function discard(body: OpBody): void {
  if (!Buffer.isBuffer(body)) body.on('error', () => undefined).resume()
}

/** Takes back what the OP said; only its cookies stay. */
export function dropAnswer(reply: FastifyReply): FastifyReply {
  for (const name of Object.keys(reply.getHeaders())) {
    if (name !== 'set-cookie') reply.removeHeader(name)
  }
  return reply.header('cache-control', 'no-store')
}
