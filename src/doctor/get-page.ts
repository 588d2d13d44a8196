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
export const getPage = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FetchedPage> => fetchPage('GET', url, headers, signal)

/** The same for a POST of JSON. */
export const postJson = (
  url: URL,
  headers: Readonly<Record<string, string>>,
  content: unknown,
  signal: AbortSignal,
): Promise<FetchedPage> =>
  fetchPage('POST', url, { ...headers, 'content-type': 'application/json' }, signal, JSON.stringify(content))

async function fetchPage(
  method: 'GET' | 'POST',
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
  body?: string,
): Promise<FetchedPage> {
  const { request } = url.protocol === 'https:' ? https : http
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request(url, { method, agent: false, headers, signal }, resolve).on('error', reject).end(body)
  })
  try {
    const page = await readBytes(response, longestBytes, () => new Error('the page is too long'))
    return { status: Number(response.statusCode), headers: response.headers, body: page.toString() }
  } finally {
    response.destroy()
  }
}
