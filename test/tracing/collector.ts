import type { IncomingHttpHeaders } from 'node:http'
import type { Test } from 'tap'
import { createLog } from '../../src/telemetry/log.ts'
import { logTracing } from '../../src/telemetry/tracing-lines.ts'
import { openTracing } from '../../src/tracing/open-tracing.ts'
import type { Tracing } from '../../src/tracing/tracing.ts'
import { listenOnLoopback } from '../lab/listen.ts'

/** A span as OTLP/JSON has it (opentelemetry-proto 1.x), its attributes as an object. */
export interface SentSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number
  /** 2: error. */
  readonly status: { readonly code?: number }
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, unknown>>
  }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
}

/** Takes spans as a collector does, and tells what came. */
export interface Collector {
  readonly url: string
  readonly bodies: readonly Buffer[]
  readonly headers: readonly IncomingHttpHeaders[]
  /** What it answers; undefined: never. */
  status: number | undefined
  /** Resolves with the number of requests once there are so many. */
  until(count: number): Promise<void>
  /** Of OTLP/JSON only. */
  spans(): SentSpan[]
  resource(): Readonly<Record<string, unknown>>
}

export async function startCollector(t: Test): Promise<Collector> {
  const bodies: Buffer[] = []
  const headers: IncomingHttpHeaders[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const server = await listenOnLoopback(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    bodies.push(Buffer.concat(chunks))
    headers.push(request.headers)
    for (const { count, resolve } of waiting) if (bodies.length >= count) resolve()
    const { status } = collector
    if (status === undefined) return
    const isJson = request.headers['content-type'] === 'application/json'
    response.writeHead(status, { 'content-type': `${request.headers['content-type']}` })
    response.end(isJson ? '{}' : '')
  })
  t.teardown(() => server.close())
  const collector: Collector = {
    url: `http://127.0.0.1:${server.port}`,
    bodies,
    headers,
    status: 200,
    until: (count) =>
      bodies.length >= count
        ? Promise.resolve()
        : new Promise((resolve) => void waiting.push({ count, resolve })),
    spans: () => bodies.flatMap((body) => readSpans(JSON.parse(body.toString()))),
    resource: () => readAttributes(JSON.parse(String(bodies[0])).resourceSpans[0].resource.attributes),
  }
  return collector
}

/** Tracing as a gateway opens it in this environment, until the test ends; what it logs is added to `log`. */
export async function openLabTracing(
  t: Test,
  env: Readonly<Record<string, string>>,
  log: string[] = [],
): Promise<Tracing> {
  const before = { ...process.env }
  // The SDK reads most of it itself.
  Object.assign(process.env, env)
  try {
    const destination = { write: (line: string) => log.push(line) }
    const tracing = await openTracing(process.env, logTracing(createLog({ destination })))
    if (!tracing) throw new Error(`no tracing: ${log.join('')}`)
    t.teardown(() => tracing.close())
    return tracing
  } finally {
    process.env = before
  }
}

interface OtlpAttribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

const readAttributes = (list: readonly OtlpAttribute[] = []): Readonly<Record<string, unknown>> =>
  Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]))

type OtlpSpan = Omit<SentSpan, 'attributes' | 'events' | 'links'> & {
  readonly attributes: readonly OtlpAttribute[]
  readonly events?: readonly { readonly name: string; readonly attributes: readonly OtlpAttribute[] }[]
  readonly links?: SentSpan['links']
}

function readSpans(body: {
  resourceSpans: readonly { scopeSpans: readonly { spans: readonly OtlpSpan[] }[] }[]
}): SentSpan[] {
  return body.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ attributes, events = [], links = [], ...span }) => ({
      ...span,
      attributes: readAttributes(attributes),
      events: events.map(({ name, attributes: of }) => ({ name, attributes: readAttributes(of) })),
      links,
    }))
}

/** The spans of a request as lines, each below its parent; the store has one only where it was slow. */
export function drawTree(spans: readonly SentSpan[], root: SentSpan, depth = 0): string[] {
  const below = spans.filter(
    ({ name, parentSpanId, traceId }) =>
      name !== 'store' && parentSpanId === root.spanId && traceId === root.traceId,
  )
  return [`${'  '.repeat(depth)}${root.name}`, ...below.flatMap((span) => drawTree(spans, span, depth + 1))]
}
