import type { Socket } from 'node:net'

const continues = Buffer.from('HTTP/1.1 100')
const headEnd = '\r\n\r\n'

/**
 * Has undici read an interim answer `100` as one of another number, which it passes over. It takes a `100` that nobody
 * asked for to be an error, and some servers send one to every form (RFC 9110 15.2: a client must be able to read it).
 *
 * @param socket on which one request follows the other. Its bytes are changed as they are read.
 */
export function tolerateContinue(socket: Socket): void {
  const read = socket.read.bind(socket)
  let written = 0
  let isAtStart = false
  socket.read = (size) => {
    const chunk: Buffer | null = read(size)
    if (chunk === null) return chunk
    // Another request went out: what comes now is the start of its answer.
    if (socket.bytesWritten !== written) {
      written = socket.bytesWritten
      isAtStart = true
    }
    if (isAtStart) isAtStart = renumber(chunk)
    return chunk
  }
}

/** @returns whether nothing but interim answers `100` is in it. */
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
