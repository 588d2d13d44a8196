import type { GoverningPolicy } from '../policy/policies.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import type { OpenedPage } from '../protected-pages/page-leg.ts'
import type { InFlightRequest } from '../records/records.ts'
import type { UpstreamResponse } from '../upstream/proxy.ts'
import type { Redemption } from './token/token-leg.ts'

/** What a leg learned of a request on its way to the OP; the answer is judged by it. */
export type Learned =
  | { readonly kind: 'nothing' }
  /** An authorization request of a client that is off. */
  | { readonly kind: 'asked'; readonly asked: AskedResponse }
  /** What came to an authorization endpoint and is no request. */
  | { readonly kind: 'form'; readonly ask: FormAsk }
  | {
      readonly kind: 'authorization'
      readonly authorization: ForwardedAuthorization
      readonly probe: ProbeResult | undefined
    }
  /** A token request, and its form as it was forwarded. */
  | {
      readonly kind: 'redemption'
      readonly redemption: Redemption
      /** The same as if all that is watched were enforced; absent where it would be refused. */
      readonly forecast?: Redemption | undefined
      readonly form: Buffer
    }
  /** The parameters of a pushed authorization request, as a query without credentials. */
  | { readonly kind: 'pushed'; readonly query: string }
  | { readonly kind: 'page'; readonly page: OpenedPage }

/** The OP's answer, with what was learned of its request. */
export type OpResponse = UpstreamResponse<Learned>

/** What answer an authorization request asks for, as far as it says so. */
export interface AskedResponse {
  readonly clientId?: string | undefined
  /** Where the answer goes and what it repeats (`correlationKey`). */
  readonly correlation?: string | undefined
  readonly responseType: string
}

/** What a form or a link asks for that goes on with an authorization request. */
export interface FormAsk {
  readonly clientId: string | undefined
  readonly scope: readonly string[]
}

/** An authorization request of a client that is not off. */
export interface ForwardedAuthorization {
  readonly policy: GoverningPolicy
  readonly request: InFlightRequest
  readonly state?: string | undefined
  /** Where its answer goes and what that repeats (`correlationKey`). */
  readonly correlation?: string | undefined
  /** What it asks for, as a query; absent where it only refers to what was pushed, or can't be read. */
  readonly query?: string | undefined
  /** The key of the request in the store, where it can be found again. */
  readonly inFlight?: string | undefined
  /**
   * It goes on with nothing: no request of this browser has its answer there, or the gateway itself sent the browser to it.
   * The OP may have led the browser to any other from a login page.
   */
  readonly isFirst?: boolean | undefined
  /** The ids of the browser that sent it, one that it is only about to get included. */
  readonly browserIds: readonly string[]
}
