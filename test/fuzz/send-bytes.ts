import { connect } from 'node:net'

const limitMs = 60_000
const quietMs = 400

/**
 * Sends bytes over a connection of its own and reads to its end, or until it is quiet for a while after an answer;
 * undefined where nothing comes.
 */
export function sendBytes(port: number, bytes: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    let timer = setTimeout(() => {
      resolve(undefined)
      socket.destroy()
    }, limitMs)
    socket.on('data', (data) => {
      chunks.push(data)
      clearTimeout(timer)
      timer = setTimeout(() => socket.destroy(), quietMs)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    const data = Buffer.from(bytes, 'latin1')
    if (isWhole(bytes)) socket.write(data)
    else socket.end(data)
  })
}

/** Whether a server may answer: for one that waits for more the client has nothing more to say. */
function isWhole(bytes: string): boolean {
  const [head = '', ...rest] = bytes.split('\r\n\r\n')
  const lengths = [...head.matchAll(/^content-length:\s*(.*)$/gim)].map(([, length]) => Number(length))
  const isBodyThere = lengths.every((length) => rest.join('\r\n\r\n').length >= length)
  return rest.length > 0 && isBodyThere && !/transfer-encoding/i.test(head)
}
