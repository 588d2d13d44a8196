import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Target } from '../edge/target.ts'
import { type Epochs, epochOf } from '../step-up/epochs.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { AskUser } from './ask-user.ts'

export interface SignOutPorts {
  /** Whether this is the end session endpoint (RP-Initiated Logout 1.0), or one of its further pages below it. */
  readonly isEndSession: (target: Target) => boolean
  readonly askUser: AskUser
  readonly epochs: Epochs
  readonly audit: Audit
}

/**
 * After an answer of the end session endpoint: if the OP knows nobody in this browser any more, what the browser has
 * shown is forgotten. Many logouts ask first, and some are only tried by a page of a stranger.
 */
export async function onEndSessionResponse(
  { isEndSession, askUser, epochs, audit }: SignOutPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { browser, target } = request.exchange
  if (browser.id === undefined || !isEndSession(target)) return
  try {
    const setCookies = [reply.getHeader('set-cookie') ?? []].flat().map(String)
    const probe = await askUser(request, setCookies)
    if (probe.known) return
    await epochs.end(epochOf.browser(browser.id))
    audit.signedOut('front_channel')
  } catch (error) {
    // A logout never fails for what the gateway would do about it.
    request.log.warn({ err: error }, 'a logout could not be followed')
  }
}
