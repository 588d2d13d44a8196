import type { FastifyRequest } from 'fastify'
import { overlayCookies, selectCookies } from '../edge/cookies.ts'
import type { ProbeRequest, ProbeResult } from '../identity/probe.ts'

/**
 * Asks the OP who the user behind a request is: with the cookies of the request, over which those are laid that the
 * OP's response just set. One exchange asks once, unless the response changed a cookie of the session.
 *
 * @throws {Refusal} `ambiguous_cookies` where the OP might read another session than the probe.
 */
export type AskUser = (request: FastifyRequest, setCookies?: readonly string[]) => Promise<ProbeResult>

/** @param allowed the cookies of the OP's session (`provider.probe.cookies`). */
export function createAskUser(
  allowed: readonly string[],
  probe: (request: ProbeRequest) => Promise<ProbeResult>,
): AskUser {
  return async (request, setCookies = []) => {
    const { exchange, headers, log } = request
    const before = selectCookies(headers.cookie, allowed)
    const cookies = setCookies.length === 0 ? before : overlayCookies(headers.cookie, setCookies, allowed)
    if (exchange.probe && cookies === before) return exchange.probe
    const result = await probe({
      cookies,
      userAgent: exchange.browser.userAgent,
      clientAddress: exchange.browser.address,
    })
    if (!result.known) log.info({ reason: result.reason }, 'the probe does not know the user')
    return result
  }
}
