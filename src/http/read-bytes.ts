import type { Readable } from 'node:stream'

/**
 * Reads a body whole. One that is longer than `maxBytes` is read no further, and its stream is destroyed.
 *
 * @param tooLong makes the error that is thrown then.
 */
export async function readBytes(body: Readable, maxBytes: number, tooLong: () => Error): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
