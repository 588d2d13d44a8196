import { finished, type Readable } from 'node:stream'

/**
 * Reads a body whole. One that is longer than `maxBytes` is read no further, and left for the caller to end.
 *
 * @param tooLong makes the error that is thrown then.
 */
export function readBytes(body: Readable, maxBytes: number, tooLong: () => Error): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = finished(body, { writable: false }, (error) => {
      if (error) reject(error)
      else resolve(Buffer.concat(chunks))
    })
    body.on('data', function take(chunk: Buffer) {
      chunks.push(chunk)
      size += chunk.length
      if (size <= maxBytes) return
      stop()
      body.off('data', take).pause()
      reject(tooLong())
    })
  })
}
