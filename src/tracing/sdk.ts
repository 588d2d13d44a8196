import { setTimeout } from 'node:timers/promises'
import { DiagLogLevel, diag } from '@opentelemetry/api'
import { ExportResultCode, setGlobalErrorHandler } from '@opentelemetry/core'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import { createTracing } from './create-tracing.ts'
import type { Tracing } from './tracing.ts'
import type { Protocol, TracingSettings } from './tracing-settings.ts'
import type { TracingWatch } from './tracing-watch.ts'

/** How long the last spans may take to be sent, in milliseconds. */
const longestFlushMs = 1000

/**
 * The SDK, as the environment sets it: resource, sampler, limits, batches and exporter read their variables themselves.
 * Nothing is registered as global but what it has to say.
 */
export async function startSdk(
  { protocol, isPropagated }: TracingSettings,
  watch: TracingWatch,
): Promise<Tracing> {
  listenToSdk(watch)
  const exporter = watchExports(await openExporter(protocol), watch)
  const ids = new RandomIdGenerator()
  let next: string | undefined
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'step-up-gateway' }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(exporter)],
    idGenerator: {
      generateSpanId: () => ids.generateSpanId(),
      generateTraceId() {
        const traceId = next ?? ids.generateTraceId()
        next = undefined
        return traceId
      },
    },
  })
  return createTracing({
    tracer: provider.getTracer('step-up-gateway'),
    isPropagated,
    nextTrace(traceId) {
      next = traceId
    },
    async close() {
      const flushed = new AbortController()
      const late = setTimeout(longestFlushMs, undefined, { signal: flushed.signal }).catch(() => undefined)
      // What could not be sent is in the log already.
      await Promise.race([provider.shutdown().catch(() => undefined), late])
      flushed.abort()
    },
  })
}

async function openExporter(protocol: Protocol): Promise<SpanExporter> {
  switch (protocol) {
    case 'http/protobuf':
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter()
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter()
  }
}

/** The same exporter, each of whose batches is seen. */
function watchExports(exporter: SpanExporter, watch: TracingWatch): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.code === ExportResultCode.SUCCESS) watch.sent()
        else watch.failed(result.error)
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}

/** Its warnings go to the log, and what it says of a batch nowhere: that is seen by its exporter already. */
function listenToSdk({ warned }: TracingWatch): void {
  const say = (text: string): void => warned(text)
  const drop = (): void => undefined
  diag.setLogger(
    { error: say, warn: say, info: drop, debug: drop, verbose: drop },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  setGlobalErrorHandler(drop)
}
