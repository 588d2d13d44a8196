import { connect } from 'node:net'

/**
 * Sends bytes to a port of this machine and gives back all that comes until the server closes the connection:
 * for requests that no HTTP client would write. Say `Connection: close` in the bytes where the server should close.
 * @returns the answer's bytes, one character each (latin1)
 * @throws Error if the server has not closed after `limitMs`
 */
export function sendRaw(port: number, bytes: string | Buffer, limitMs = 60_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const text = () => Buffer.concat(chunks).toString('latin1')
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    )
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the connection was still open after ${limitMs} ms, having answered: ${text()}`))
    }, limitMs)
    socket.on('data', (chunk) => chunks.push(chunk))
    // A server that refuses impolite bytes may reset the connection behind its answer.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(text())
    })
  })
}
