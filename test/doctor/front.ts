import http from 'node:http'
import type { Test } from 'tap'
import { listenOnLoopback } from '../lab/listen.ts'

/** How a front changes what passes through it. */
export interface FrontOptions {
  /** 0 for a free one. */
  readonly port?: number
  /** The headers of each request that are sent on. */
  readonly rewrite?: (headers: http.IncomingHttpHeaders) => http.OutgoingHttpHeaders
  /** The request target that is sent on. */
  readonly retarget?: (url: string) => string
}

/** A proxy of HTTP/1.1, which serves each connection by the next of its targets. Answers its port. */
export async function startFront(
  t: Test,
  targets: readonly [number, ...number[]],
  { port, rewrite = (headers) => headers, retarget = (url) => url }: FrontOptions = {},
): Promise<number> {
  let turn = 0
  const front = await listenOnLoopback((request, response) => {
    const { method, url = '/' } = request
    const sent = http.request({
      port: targets[turn++ % targets.length],
      host: '127.0.0.1',
      method,
      path: retarget(url),
      headers: rewrite(request.headers),
    })
    sent.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    sent.on('error', () => response.destroy())
    request.pipe(sent)
  }, port)
  t.teardown(() => front.close())
  return front.port
}
