/**
 * Reads a body whole. One that is longer than `maxBytes` is read no further; a stream is destroyed then.
 *
 * @param tooLong makes the error that is thrown then.
 */
export async function readBytes(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  tooLong: () => Error,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
