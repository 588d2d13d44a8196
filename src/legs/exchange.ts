import type { ClientPolicy } from '../config/schema.ts'
import type { Browser } from '../edge/browser.ts'
import type { TargetKind } from '../edge/endpoints.ts'
import type { Target } from '../edge/target.ts'
import type { ProbeResult } from '../identity/probe.ts'
import type { InFlightRequest } from '../step-up/records.ts'
import type { Redemption } from './token-leg.ts'

/** One request and what the legs learned of it on its way to the OP; the way back builds on that. */
export interface Exchange {
  readonly target: Target
  readonly kind: TargetKind
  readonly browser: Browser
  /** The request's headers as the OP gets them. */
  upstreamHeaders: Record<string, string | string[]>
  /** What was read of the request's body is what the OP gets. */
  body?: Buffer
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal
  authorization?: AuthorizationExchange
  probe?: ProbeResult
  redemption?: Redemption
  /** The parameters of a pushed authorization request, as a query without credentials. */
  pushed?: string
}

/** An authorization request of a client that is not off. */
export interface AuthorizationExchange {
  readonly policy: ClientPolicy
  readonly request: InFlightRequest
  readonly state?: string
  /** The key of the request in the store, where it can be found again. */
  readonly inFlight?: string
}

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange
  }
}
