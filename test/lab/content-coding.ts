import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

/** A body as text, taken out of the content coding that its header names. @throws Error on a coding unknown here */
export function decodeBody(bytes: Buffer, coding: string | string[] | undefined): string {
  switch (coding) {
    case undefined:
    case 'identity':
      return bytes.toString('utf8')
    case 'gzip':
      return gunzipSync(bytes).toString('utf8')
    case 'deflate':
      return inflateSync(bytes).toString('utf8')
    case 'br':
      return brotliDecompressSync(bytes).toString('utf8')
    default:
      throw new Error(`a content coding that the lab's browser does not read: ${String(coding)}`)
  }
}
