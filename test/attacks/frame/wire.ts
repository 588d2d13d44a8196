import { sendRaw } from '../../lab/raw.ts'

/** One answer as it came over the wire. */
export interface Answer {
  readonly status: number
  /** Lower-case names; values of repeated headers joined by newlines. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Everything that came on this connection, further answers included. */
  readonly wire: string
}

/** A request, written as it is told. */
export interface RawRequest {
  readonly method?: string
  readonly target: string
  /** Header lines after `Host` and before `Connection: close`. */
  readonly headers?: readonly string[]
  readonly body?: string
  readonly host?: string
}

/** The bytes of a request that asks for the end of the connection. */
export function writeRequest(publicUrl: string, request: RawRequest): string {
  const { method = 'GET', target, headers = [], body, host = new URL(publicUrl).host } = request
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...headers, 'Connection: close']
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** Sends a request over a socket of its own. */
export async function send(publicUrl: string, request: RawRequest): Promise<Answer> {
  return exchange(publicUrl, writeRequest(publicUrl, request))
}

/** Sends bytes, and reads until the gateway closes the connection. */
export async function exchange(publicUrl: string, bytes: string, limitMs = 60_000): Promise<Answer> {
  return readAnswer(await sendRaw(Number(new URL(publicUrl).port), bytes, limitMs))
}

/** The first answer; status 0 where the connection ended without one. */
export function readAnswer(wire: string): Answer {
  const [head = '', ...rest] = wire.split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s)
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]}\n${value}` : value
  }
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(statusLine)?.[1] ?? 0)
  return { status, headers, body: rest.join('\r\n\r\n'), wire }
}

/** What a browser says when a person follows a link. */
export const navigation: readonly string[] = [
  'Accept: text/html',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
]

/** What a form post says of its body. */
export const form = 'Content-Type: application/x-www-form-urlencoded'
