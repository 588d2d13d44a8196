import type { FastifyRequest } from 'fastify'
import type { Forecastable } from '../../forecast.ts'
import type { Browser } from '../../http/browser.ts'
import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { ProbeResult } from '../../policy/probe-result.ts'
import type { TokenVerification } from '../../provider/front-channel.ts'
import type { HeldResponse, WaitingResponse } from '../../records/records.ts'
import type { JudgeServices } from '../../step-up/judge.ts'
import type { AnsweringExchange } from './addressee.ts'

export type ResponseLegServices = JudgeServices & TokenVerification & Forecastable

/** An authorization response in an answer of the OP, and the exchange in which it comes. */
export interface UpstreamAnswer extends AnsweringExchange {
  readonly raw: FastifyRequest
  readonly response: AuthorizationResponse
  /** The Location that carries it, if one does. */
  readonly location?: string | undefined
  readonly browser: Browser
  /** A browser that shows pages asked, so that a challenge can be shown. */
  readonly isNavigation: boolean
  /** Asks the OP who the user is, once this response has set its cookies. */
  readonly probe: (search: ResponseSearch) => Promise<ProbeResult>
  /** The URL at which the browser itself asks, while the response waits; undefined where it was sent there too often. */
  readonly askThroughBrowser: (waits: WaitingResponse) => Promise<string | undefined>
}

export interface ResponseSearch {
  /** The key of the request that is answered. */
  readonly inFlight: string | undefined
  readonly mayAskBrowser: boolean
}

/** What of it is judged, and what is kept of it meanwhile. */
export type ReadResponse = Pick<UpstreamAnswer, 'response' | 'browser' | 'isNavigation'> & {
  readonly held: HeldResponse | undefined
}

export type ResponseAnswer = (
  | { readonly kind: 'relay' }
  /** The response waits, while the browser goes to a challenge, or to the OP with the question who its user is. */
  | { readonly kind: 'detour'; readonly to: string }
  | { readonly kind: 'error'; readonly error: string; readonly description: string }
) & {
  /** The browser comes from a challenge, whose form it may still show. */
  readonly isAfterStepUp?: boolean
}
