import { Browser } from '../browser.ts'
import { sendRaw } from '../raw.ts'
import { type Exchange, readWire } from './exchange.ts'
import { namePath, recordTo, type Way } from './recorder.ts'

/** A request, written as it is told. */
export interface Ask {
  readonly method?: string
  /** As it stands in the request line, or a URL of the public address. */
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  /** A form; or bytes, whose type is then among the headers. */
  readonly body?: Readonly<Record<string, string>> | string
  /** Tells one request from another at the same address. */
  readonly what?: string
}

/** One way to the OP, with a browser of its own. All answers are written down. */
export interface Lane {
  readonly browser: Browser
  readonly exchanges: readonly Exchange[]
  /** One request without cookies over a connection of its own, as no HTTP client would write it. */
  ask(request: Ask): Promise<Exchange>
  close(): Promise<void>
}

export function openLane(way: Way): Lane {
  const exchanges: Exchange[] = []
  const browser = new Browser(recordTo(exchanges, way))
  return {
    browser,
    exchanges,
    close: () => browser.close(),
    async ask(request) {
      const { method = 'GET', what } = request
      const target = request.target.replace(way.publicUrl, '')
      const wire = await sendRaw(Number(new URL(way.to).port), writeBytes(request, target, way), 60_000)
      const name = `${method} ${namePath(target)}${what === undefined ? '' : `, ${what}`}`
      const exchange = readWire(name, wire)
      exchanges.push(exchange)
      return exchange
    },
  }
}

function writeBytes({ method = 'GET', headers = {}, body }: Ask, target: string, way: Way): string {
  const { host = new URL(way.publicUrl).host, ...more } = way.headers
  const content = typeof body === 'object' ? new URLSearchParams(body).toString() : body
  const fields = {
    host,
    ...(typeof body === 'object' && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
    ...more,
    ...(content !== undefined && { 'content-length': `${Buffer.byteLength(content, 'latin1')}` }),
    connection: 'close',
  }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  return `${[`${method} ${target} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${content ?? ''}`
}
