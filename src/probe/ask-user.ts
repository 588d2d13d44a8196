import type { FastifyRequest } from 'fastify'
import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import { overlayCookies, selectCookies, sessionCookiesOf } from '../http/cookies.ts'
import { type Load, readLoad } from '../http/navigation.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import { countWindowMs, type Records } from '../records/records.ts'
import { createAllowance } from '../store/allowance.ts'
import { sentFrom } from '../store/owners.ts'
import { writeLine } from '../telemetry/log-lines.ts'
import { timed } from '../telemetry/request-context.ts'
import type { Tracing } from '../tracing/tracing.ts'
import { type ProbeRequest, probeUser } from './probe.ts'
import type { ProbeServices } from './question.ts'

/**
 * Asks the OP who the user behind a request is: with the cookies of the request, over which those are laid that the
 * OP's response just set.
 *
 * @param earlier what a probe for this very request said; it stands unless the response changed a cookie of the session.
 *   `again` asks even so, and is no probe more of those that a session may cause: the request has paid for one.
 * @throws {Refusal} `ambiguous_cookies` where the OP might read another session than the probe.
 */
export type AskUser = (
  request: FastifyRequest,
  setCookies?: readonly string[],
  earlier?: ProbeResult | 'again',
) => Promise<ProbeResult>

export interface AskServices extends ProbeServices {
  readonly records: Pick<Records, 'sessionProbes' | 'addressProbes'>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly tracing?: Tracing | undefined
}

export async function askUser(
  services: AskServices,
  request: FastifyRequest,
  setCookies: readonly string[] = [],
  earlier?: ProbeResult | 'again',
): Promise<ProbeResult> {
  const { exchange, headers, log } = request
  const { address, userAgent } = exchange.browser
  const allowed = sessionCookiesOf(services.config.provider)
  const before = selectCookies(headers.cookie, allowed)
  const cookies = setCookies.length === 0 ? before : overlayCookies(headers.cookie, setCookies, allowed)
  const isAgain = earlier === 'again'
  if (earlier && !isAgain && cookies === before) return earlier
  const isOneTooMany =
    cookies !== undefined && !isAgain && !(await mayProbe(services, cookies, address, readLoad(headers)))
  const result: ProbeResult = isOneTooMany
    ? { known: false, reason: 'too_many_probes' }
    : await timed('probe', () => probe(services, { cookies, userAgent, clientAddress: address }))
  if (!result.known) {
    const { reason, detail } = result
    // Nobody is signed in yet: nothing that an operator could repair.
    const level = reason === 'no_cookie' ? 'debug' : 'info'
    writeLine(log, 'the probe does not know the user', { reason, detail }, level)
  }
  return result
}

function probe(services: AskServices, asker: ProbeRequest): Promise<ProbeResult> {
  const { tracing } = services
  // Without cookies nobody is asked.
  return tracing && asker.cookies
    ? tracing.part('probe', () => probeUser(services, asker))
    : probeUser(services, asker)
}

/**
 * A stranger's request costs the OP up to three of the gateway's: no more of them than people need. Pages of strangers
 * load images and frames in a browser as often as they like: these spend nothing of what its user's own pages need. A
 * session that has spent its share spends nothing of its address.
 */
export async function mayProbe(
  { config, records, now }: Pick<AskServices, 'config' | 'records' | 'now'>,
  cookies: string,
  address: string,
  load: Load,
): Promise<boolean> {
  const { perSession, perAddress } = config.provider.probe
  const sessions = createAllowance(records.sessionProbes, now, countWindowMs)
  const addresses = createAllowance(records.addressProbes, now, countWindowMs)
  const session = hashOf(/* guard: probes-by-load */ load, cookies)
  const place = hashOf(/* guard: address-probes-by-load */ load, groupAddress(address))
  const owner = sentFrom(address)
  // guard: spent-sessions
  if (await sessions.isExhausted(session, perSession)) return false
  if (!(await addresses.take(place, perAddress, owner))) return false
  return sessions.take(session, perSession, owner)
}
