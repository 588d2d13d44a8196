import type { FastifyRequest } from 'fastify'
import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import { overlayCookies, selectCookies } from '../http/cookies.ts'
import { type Load, readLoad } from '../http/navigation.ts'
import type { Allowance } from '../store/allowance.ts'
import { sentFrom } from '../store/owners.ts'
import type { ProbeRequest, ProbeResult } from './probe.ts'

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

/** Whether an unknown user is nobody: so the OP says it to the probe. */
export const saysNobody = (reason: string): boolean =>
  [
    'no_cookie',
    'login_required',
    'interaction_required',
    'account_selection_required',
    'not_a_redirect',
  ].includes(reason)

export interface AskUserPorts {
  /** The cookies of the OP's session (`provider.probe.cookies`). */
  readonly cookies: readonly string[]
  /** How many probes a session and an address may cause. */
  readonly limits: { readonly perSession: number; readonly perAddress: number }
  /** By session, and by address. */
  readonly sessions: Allowance
  readonly addresses: Allowance
  readonly probe: (request: ProbeRequest) => Promise<ProbeResult>
}

export function createAskUser(ports: AskUserPorts): AskUser {
  const { cookies: allowed, limits, sessions, addresses, probe } = ports

  /**
   * A stranger's request costs the OP up to three of the gateway's: no more of them than people need. Pages of strangers
   * load images and frames in a browser as often as they like: these spend nothing of what its user's own pages need. A
   * session that has spent its share spends nothing of its address.
   */
  async function isAllowed(cookies: string, address: string, load: Load): Promise<boolean> {
    const session = hashOf(load, cookies)
    const owner = sentFrom(address)
    if (await sessions.isExhausted(session, limits.perSession)) return false
    if (!(await addresses.take(hashOf(load, groupAddress(address)), limits.perAddress, owner))) return false
    return sessions.take(session, limits.perSession, owner)
  }

  return async (request, setCookies = [], earlier) => {
    const { exchange, headers, log } = request
    const { address, userAgent } = exchange.browser
    const before = selectCookies(headers.cookie, allowed)
    const cookies = setCookies.length === 0 ? before : overlayCookies(headers.cookie, setCookies, allowed)
    const isAgain = earlier === 'again'
    if (earlier && !isAgain && cookies === before) return earlier
    const isOneTooMany =
      cookies !== undefined && !isAgain && !(await isAllowed(cookies, address, readLoad(headers)))
    const result: ProbeResult = isOneTooMany
      ? { known: false, reason: 'too_many_probes' }
      : await probe({ cookies, userAgent, clientAddress: address })
    if (!result.known) {
      const { reason, detail } = result
      log.info({ reason, ...(detail !== undefined && { detail }) }, 'the probe does not know the user')
    }
    return result
  }
}
