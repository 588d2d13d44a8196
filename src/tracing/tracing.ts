import type { IncomingHttpHeaders } from 'node:http'

/** What a span says: never a path with an id in it, a query, a code, a token, a cookie or a user. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Header fields that carry a trace on (W3C Trace Context). */
export type TraceHeaders = Readonly<Record<string, string>>

/** How a request came. */
export interface Arrival {
  readonly supportId: string
  readonly method: string
  readonly headers: IncomingHttpHeaders
  /** A proxy of `trustedProxies` sent it: its trace goes on here. Everybody else's is only linked to. */
  readonly isTrusted: boolean
}

/** The span of a request that came in. */
export interface RequestSpan {
  /** 32 hex digits. */
  readonly traceId: string
  /** Runs what the request causes. */
  run(run: () => void): void
  /** @param name of few values: no id of anything. */
  end(name: string, attributes: Attributes): void
}

/** The span of a request that the gateway sends. */
export interface CallSpan {
  /** What goes along with it; undefined where `OTEL_PROPAGATORS` says that nothing does. */
  readonly headers: TraceHeaders | undefined
  set(attributes: Attributes): void
  /** An HTTP status from 400 on, or an `error.type`, marks it as failed. */
  end(attributes: Attributes): void
}

/** What the store was asked once. */
export interface StoreUse {
  readonly operation: string
  /** The kind of the record. */
  readonly collection: string
  readonly ms: number
  readonly hasFailed: boolean
}

/** The traces of the requests that the gateway serves. Where nobody asked for it there is none, and nothing is done. */
export interface Tracing {
  openRequest(arrival: Arrival): RequestSpan
  /** Opens a span below the one that is under way. @param name of few values. */
  openCall(name: string, attributes: Attributes): CallSpan
  /** Runs a part of a request as a span, in which the calls that it makes are. */
  part<T>(name: string, run: () => Promise<T>): Promise<T>
  /** Adds to what the span of the request says. */
  set(attributes: Attributes): void
  /** Adds an event to the span of the request. */
  note(event: string, attributes: Attributes): void
  /** Counts a use of the store; one that is slow or fails has a span of its own. */
  countStoreUse(use: StoreUse): void
  /** The span of the request as a `traceparent`, for a later request to link to. */
  readonly here: string | undefined
  /** Links the span of the request to another one. @param traceparent what `here` was then. */
  link(traceparent: string | undefined): void
  /** Sends what is left, for one second at most. */
  close(): Promise<void>
}
