import type { Browser } from '../http/browser.ts'
import type { TargetKind } from '../http/endpoints.ts'
import type { Target } from '../http/target.ts'
import type { GoverningPolicy } from '../policy/policies.ts'
import type { ProbeResult } from '../probe/probe.ts'
import type { InFlightRequest, User } from '../records/records.ts'
import type { Redemption } from './token/token-leg.ts'

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
  /** What was asked for at an authorization endpoint, whoever asked. */
  asked?: AskedResponse
  authorization?: AuthorizationExchange
  probe?: ProbeResult
  redemption?: Redemption
  /** The protected page that is asked for, and for whom it is opened. */
  page?: OpenedPage
  /** The parameters of a pushed authorization request, as a query without credentials. */
  pushed?: string
}

/** What answer an authorization request asks for, as far as it says so. */
export interface AskedResponse {
  readonly clientId?: string
  /** Where the answer goes and what it repeats (`correlationKey`). */
  readonly correlation?: string
  readonly responseType: string
}

/** A protected page, and the user who was stepped up for it. */
export interface OpenedPage {
  readonly name: string
  readonly user: User
}

/** An authorization request of a client that is not off. */
export interface AuthorizationExchange {
  readonly policy: GoverningPolicy
  readonly request: InFlightRequest
  readonly state?: string
  /** Where its answer goes and what that repeats (`correlationKey`). */
  readonly correlation?: string
  /** The key of the request in the store, where it can be found again. */
  readonly inFlight?: string
  /** The ids of the browser that sent it, one that it is only about to get included. */
  readonly browserIds: readonly string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange
  }
}
