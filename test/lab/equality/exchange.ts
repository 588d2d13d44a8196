import type { Wire } from './wire.ts'

/** One answer as it came over the wire, with the name of its request. */
export interface Exchange {
  /** The method and the path, or a name that the story gives. */
  readonly name: string
  readonly status: number
  /** Lower-case names in alphabetical order; values of one name in the order in which they came. */
  readonly headers: readonly (readonly [string, string])[]
  /** Its bytes, one character each (latin1), without transfer coding. */
  readonly body: string
  /** What of it came before that. */
  readonly wire: Wire
}

/** Headers that end at the next hop (RFC 9110 7.6.1), and the time of day. */
const OF_THE_HOP: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date'])

/** Of a head what is compared; `raw` holds names and values in turn, as they came. */
export function readHead(
  status: number,
  reason: string,
  raw: readonly string[],
): Pick<Exchange, 'status' | 'headers' | 'wire'> {
  const fields: [string, string][] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    fields.push([raw[index] ?? '', raw[index + 1] ?? ''])
  }
  return { status, headers: sortHeaders(fields), wire: { reason, fields } }
}

function sortHeaders(fields: readonly (readonly [string, string])[]): [string, string][] {
  // The sort is stable: two cookies stay in their order.
  return fields
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => !OF_THE_HOP.has(name))
    .sort(([one], [other]) => (one < other ? -1 : Number(one > other)))
}

/** The first answer in what came over a connection that its server closed. */
export function readWire(name: string, wire: string): Exchange {
  const end = wire.indexOf('\r\n\r\n')
  if (end === -1) throw new Error(`${name}: the connection ended without an answer: ${wire}`)
  const [statusLine = '', ...lines] = wire.slice(0, end).split('\r\n')
  const raw = lines.flatMap((line) => {
    const [, field = '', value = ''] = /^([^:]*):\s*(.*?)\s*$/.exec(line) ?? []
    return [field, value]
  })
  const isChunked = lines.some((line) => /^transfer-encoding:\s*chunked\s*$/i.test(line))
  const rest = wire.slice(end + 4)
  const [, status = 0, reason = ''] = /^HTTP\/1\.\d (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  return { name, ...readHead(Number(status), reason, raw), body: isChunked ? joinChunks(rest) : rest }
}

function joinChunks(text: string): string {
  let body = ''
  let at = 0
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    // Answers to HEAD have the header and no chunk.
    if (lineEnd === -1 || !(size > 0)) return body
    body += text.slice(lineEnd + 2, lineEnd + 2 + size)
    at = lineEnd + 2 + size + 2
  }
}
