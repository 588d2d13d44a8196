import http from 'node:http'
import https from 'node:https'
import { readBytes } from '../http/read-bytes.ts'

const longestBytes = 256 * 1024

export interface FetchedPage {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** A GET over a connection of its own, so that a load balancer may choose anew. Redirects are not followed. */
export async function getPage(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FetchedPage> {
  const { get } = url.protocol === 'https:' ? https : http
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    get(url, { agent: false, headers, signal }, resolve).on('error', reject)
  })
  const body = await readBytes(response, longestBytes, () => new Error('the page is too long'))
  return { status: Number(response.statusCode), headers: response.headers, body: body.toString() }
}
