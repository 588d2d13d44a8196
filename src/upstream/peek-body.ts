import { finished, Readable } from 'node:stream'
import type { OpBody } from './exchange.ts'

/** A body that was looked into: all of it, or its start, and a stream that begins again at its first byte. */
export type PeekedBody =
  | { readonly complete: true; readonly bytes: Buffer }
  | { readonly complete: false; readonly start: Buffer; readonly stream: Readable }

/**
 * Reads a body of bytes until it ends, is longer than `maxBytes`, or begins in a way that `isOfInterest` denies; what
 * was read of a longer one is put back, so that back-pressure, errors and aborts stay the body's own. Rejects with the
 * error of a body that breaks off before.
 *
 * @param isOfInterest is asked with each first chunk of a body.
 */
export async function peekBody(
  body: OpBody,
  maxBytes: number,
  isOfInterest: (start: Buffer) => boolean = () => true,
): Promise<PeekedBody> {
  if (!Buffer.isBuffer(body)) return peekStream(body, maxBytes, isOfInterest)
  if (body.length <= maxBytes && (body.length === 0 || isOfInterest(body)))
    return { complete: true, bytes: body }
  return { complete: false, start: body, stream: Readable.from([body]) }
}

function peekStream(
  body: Readable,
  maxBytes: number,
  isOfInterest: (start: Buffer) => boolean,
): Promise<PeekedBody> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stopWaiting = finished(body, { writable: false }, (error) => {
      body.off('readable', read)
      if (error) reject(error)
      else resolve({ complete: true, bytes: Buffer.concat(chunks) })
    })
    function read(): void {
      for (let chunk: Buffer | null = body.read(); chunk !== null; chunk = body.read()) {
        chunks.push(chunk)
        size += chunk.length
        if (size <= maxBytes && (chunks.length > 1 || isOfInterest(chunk))) continue
        body.off('readable', read)
        stopWaiting()
        // Nobody may listen yet when it breaks off; a later listener still learns of it.
        body.on('error', () => undefined)
        const start = Buffer.concat(chunks)
        body.unshift(start)
        resolve({ complete: false, start, stream: body })
        return
      }
    }
    body.on('readable', read)
  })
}
