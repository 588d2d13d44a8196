import type { OutgoingHttpHeaders } from 'node:http'
import { finished, type Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/**
 * Sends a body as it comes, past Fastify: its headers are those of the reply, and nothing is added. The head leaves with
 * the first byte; what breaks off before is answered as an error, what breaks off later breaks off here too.
 *
 * @param drop takes back what the reply says of the body.
 */
export function sendRaw(
  reply: FastifyReply,
  body: Readable,
  drop: (reply: FastifyReply) => FastifyReply,
): void {
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
      drop(reply).send(error)
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
export function sendRawBytes(reply: FastifyReply, bytes: Buffer): void {
  if (bytes.length === 0) sendEmpty(reply)
  else sendHead(reply).end(bytes)
}

/** Where there is no body Node says so by a length, or by the status. */
function sendEmpty(reply: FastifyReply): void {
  const { raw } = reply.hijack()
  raw.statusCode = reply.statusCode
  for (const [name, value = ''] of Object.entries(headersOf(reply))) raw.setHeader(name, value)
  raw.end()
}

function sendHead(reply: FastifyReply): FastifyReply['raw'] {
  return reply.hijack().raw.writeHead(reply.statusCode, headersOf(reply))
}

/** A 204 has no length (RFC 9110 8.6). */
function headersOf(reply: FastifyReply): OutgoingHttpHeaders {
  if (reply.statusCode === 204) reply.removeHeader('content-length')
  return reply.getHeaders() as OutgoingHttpHeaders
}
