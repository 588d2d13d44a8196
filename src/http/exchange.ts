import type { Browser } from './browser.ts'
import type { TargetKind } from './endpoints.ts'
import type { Target } from './target.ts'

/** Header fields by lower-case name; an array where one stands more than once. */
export type HeaderFields = Readonly<Record<string, string | string[]>>

/** What is read of a request once, at the edge. Nothing changes it afterwards. */
export interface Exchange {
  readonly target: Target
  readonly kind: TargetKind
  readonly browser: Browser
  /** The request's headers as the OP gets them. */
  readonly upstreamHeaders: HeaderFields
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly exchange: Exchange
  }
}
