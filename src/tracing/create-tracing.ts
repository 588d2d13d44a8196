import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { parseTraceParent, W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Arrival, Attributes, CallSpan, RequestSpan, StoreUse, Tracing } from './tracing.ts'

/** What a request's spans share. */
interface Scope {
  readonly request: Span
  /** Below which the next one is. */
  readonly parent: Span
  readonly store: { uses: number; ms: number }
}

/** Milliseconds from which on a use of the store has a span of its own: some of them in every request would be too many. */
const slowUseMs = 50

/** Strangers choose some of the values, such as the name of a client. */
const longestValue = 256

const propagator = new W3CTraceContextPropagator()

/** What the tracer and its SDK are to the requests of the gateway. */
export interface TracerParts {
  readonly tracer: Tracer
  /** Whether traces are taken over from requests, and handed on. */
  readonly isPropagated: boolean
  /** Takes the trace id of the next span that begins a trace. */
  readonly nextTrace: (traceId: string) => void
  readonly close: () => Promise<void>
}

/** Tracing with a tracer of the SDK. */
export function createTracing({ tracer, isPropagated, nextTrace, close }: TracerParts): Tracing {
  const scopes = new AsyncLocalStorage<Scope>()

  const below = (): Context => {
    const scope = scopes.getStore()
    return scope ? trace.setSpan(ROOT_CONTEXT, scope.parent) : ROOT_CONTEXT
  }

  /** The trace in which a request comes: it goes on here, or it is only linked to. */
  function readArrival({ headers, isTrusted }: Arrival): {
    parent: Context
    links: { context: SpanContext }[]
  } {
    const sent = isPropagated ? propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter) : ROOT_CONTEXT
    const context = trace.getSpanContext(sent)
    const goesOn = /* guard: traces-of-strangers */ isTrusted
    if (goesOn || context === undefined) return { parent: sent, links: [] }
    return { parent: ROOT_CONTEXT, links: [{ context }] }
  }

  return {
    openRequest(arrival): RequestSpan {
      const { method, supportId } = arrival
      const { parent, links } = readArrival(arrival)
      // Of one that goes on with a trace nobody would take it: the next span of another request, or of none, would.
      if (parent === ROOT_CONTEXT) nextTrace(supportId.replaceAll('-', ''))
      const attributes = { 'http.request.method': method, 'step_up.support_id': supportId }
      const request = tracer.startSpan(method, { kind: SpanKind.SERVER, links, attributes }, parent)
      const scope: Scope = { request, parent: request, store: { uses: 0, ms: 0 } }
      return {
        traceId: request.spanContext().traceId,
        run: (run) => scopes.run(scope, run),
        end(name, attributes) {
          const { uses, ms } = scope.store
          request.updateName(name).setAttributes(fit(attributes))
          if (uses > 0) {
            request.setAttributes({ 'step_up.store.uses': uses, 'step_up.store.ms': Math.round(ms) })
          }
          // What a client gets wrong is no failure of the server (semantic conventions for HTTP).
          if (Number(attributes['http.response.status_code']) >= 500) markFailed(request)
          request.end()
        },
      }
    },

    openCall(name, attributes): CallSpan {
      const parent = below()
      const call = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: fit(attributes) }, parent)
      return {
        headers: isPropagated ? carry(call) : undefined,
        set: (further) => void call.setAttributes(fit(further)),
        end(further) {
          call.setAttributes(fit(further))
          const hasFailed = Number(further['http.response.status_code']) >= 400
          if (hasFailed || further['error.type'] !== undefined) markFailed(call)
          call.end()
        },
      }
    },

    async part(name, run) {
      const scope = scopes.getStore()
      if (!scope) return run()
      const part = tracer.startSpan(name, { kind: SpanKind.INTERNAL }, below())
      try {
        return await scopes.run({ ...scope, parent: part }, run)
      } finally {
        part.end()
      }
    },

    set(attributes) {
      scopes.getStore()?.request.setAttributes(fit(attributes))
    },

    note(event, attributes) {
      scopes.getStore()?.request.addEvent(event, fit(attributes))
    },

    countStoreUse({ operation, collection, ms, hasFailed }: StoreUse) {
      const scope = scopes.getStore()
      if (!scope) return
      scope.store.uses += 1
      scope.store.ms += ms
      if (ms < slowUseMs && !hasFailed) return
      const attributes = { 'db.operation.name': operation, 'db.collection.name': collection }
      const startTime = Date.now() - ms
      const use = tracer.startSpan('store', { kind: SpanKind.CLIENT, startTime, attributes }, below())
      if (hasFailed) markFailed(use)
      use.end()
    },

    get here() {
      const request = scopes.getStore()?.request
      return request?.isRecording() ? carry(request)['traceparent'] : undefined
    },

    link(traceparent) {
      const context = traceparent === undefined ? null : parseTraceParent(traceparent)
      if (context) scopes.getStore()?.request.addLink({ context })
    },

    close,
  }
}

function markFailed(span: Span): void {
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** `traceparent`, and `tracestate` if there is one. */
function carry(span: Span): Record<string, string> {
  const carrier: Record<string, string> = {}
  propagator.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter)
  return carrier
}

function fit(attributes: Attributes): Record<string, string | number | boolean> {
  const fitting: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) fitting[name] = typeof value === 'string' ? value.slice(0, longestValue) : value
  }
  return fitting
}
