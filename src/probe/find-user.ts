import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { overlayCookies, selectCookies, sessionCookiesOf } from '../http/cookies.ts'
import { onlyByBrowser, type ProbeResult } from '../policy/probe-result.ts'
import type { AskUser } from './ask-user.ts'
import { type About, recallAnswer } from './browser-answers.ts'
import type { BrowserProbeServices } from './browser-probe.ts'

/** Why it matters who the user is. */
export interface Search {
  readonly about: About
  /** The browser can be sent elsewhere first, and comes back by itself. */
  readonly mayAskBrowser: boolean
  /** As `AskUser` takes them. */
  readonly setCookies?: readonly string[]
  readonly earlier?: ProbeResult | undefined
}

/**
 * Who the user is, in the way that the OP can be asked (`provider.probe.by`). Where only the browser can ask, that is the
 * reason that comes back; where it can't be sent there, the OP is asked beside it after all.
 */
export async function findUser(
  services: BrowserProbeServices & { readonly askUser: AskUser },
  request: FastifyRequest,
  { about, mayAskBrowser, setCookies, earlier }: Search,
): Promise<ProbeResult> {
  if (services.config.provider.probe.by === 'server') return services.askUser(request, setCookies, earlier)
  if (earlier?.known && !isSessionSet(services.config, request, setCookies)) return earlier
  const brought = await recallAnswer(services, request, about)
  if (brought) return brought
  return mayAskBrowser
    ? { known: false, reason: onlyByBrowser }
    : services.askUser(request, setCookies, earlier)
}

/** Whether an answer of the OP gives the browser another session cookie, or takes one from it. */
export function isSessionSet(
  { provider }: Config,
  { headers }: FastifyRequest,
  setCookies: readonly string[] = [],
): boolean {
  const cookies = sessionCookiesOf(provider)
  return overlayCookies(headers.cookie, setCookies, cookies) !== selectCookies(headers.cookie, cookies)
}
