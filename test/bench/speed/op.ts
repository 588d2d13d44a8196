import { createServer, type Socket } from 'node:net'
import { portOf } from '../../lab/ports.ts'
import { answerBytes, works } from './work.ts'

// The OP of the benchmark: it answers from memory and costs next to nothing, so that the proxy in front is what is
// measured. In a process of its own: it is sent `{ publicUrl }`, and answers `{ port }`.

const answers = new Map(works.map((work) => [work.path, answerBytes(work)]))
const missing = Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')

function describe(publicUrl: string): Buffer {
  const body = JSON.stringify({
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/connect/authorize`,
    token_endpoint: `${publicUrl}/connect/token`,
    jwks_uri: `${publicUrl}/connect/jwks`,
  })
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  return Buffer.from(head + body)
}

function serve(socket: Socket): void {
  let received = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    for (let end = endOfRequest(received); end > 0; end = endOfRequest(received)) {
      const path = received.slice(received.indexOf(' ') + 1, received.indexOf(' HTTP/1.1'))
      received = received.slice(end)
      socket.write(answers.get(path) ?? missing)
    }
  })
}

/** Where the first request ends; 0 while it is not whole. */
function endOfRequest(text: string): number {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return 0
  const bodyAt = head + 4
  const [, length] = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, bodyAt)) ?? []
  if (length !== undefined) return text.length >= bodyAt + Number(length) ? bodyAt + Number(length) : 0
  if (!/\r\ntransfer-encoding: *chunked/i.test(text.slice(0, bodyAt))) return bodyAt
  const last = text.indexOf('0\r\n\r\n', bodyAt)
  return last < 0 ? 0 : last + 5
}

process.on('message', ({ publicUrl }: { publicUrl: string }) => {
  answers.set('/.well-known/openid-configuration', describe(publicUrl))
  const server = createServer(serve).listen(0, '127.0.0.1', () => {
    process.send?.({ port: portOf(server) })
  })
})
