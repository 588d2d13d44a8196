import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A download comes in pieces, and takes two seconds. */
export const pieces = { count: 40, everyMs: 50, bytes: 1024 }

/** Answers of the OP that take their time: `/events` goes on until one side ends it, `/download` has an end. */
export function serveStreams({ url }: IncomingMessage, response: ServerResponse): boolean {
  if (url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    send(response, Number.POSITIVE_INFINITY, 'data: .\n\n')
    return true
  }
  if (url === '/download') {
    const length = pieces.count * pieces.bytes
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length })
    send(response, pieces.count, 'x'.repeat(pieces.bytes))
    return true
  }
  return false
}

async function send(response: ServerResponse, count: number, piece: string): Promise<void> {
  for (let at = 0; at < count && !response.destroyed; at++) {
    response.write(piece)
    await sleep(pieces.everyMs, undefined, { ref: false })
  }
  response.end()
}
