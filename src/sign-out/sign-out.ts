import type { FastifyReply, FastifyRequest } from 'fastify'
import { isSessionSet } from '../probe/find-user.ts'
import { isEndSession } from '../provider/end-session.ts'
import { epochOf } from '../records/epochs.ts'
import type { Services } from '../services.ts'
import { setCookiesOf } from '../upstream/proxy.ts'

export type SignOutServices = Pick<Services, 'config' | 'provider' | 'askUser' | 'epochs' | 'audit'>

/**
 * After an answer of the end session endpoint: if nobody is signed in to the OP in this browser any more, its step-ups
 * are forgotten. Many logouts ask first, and some are only tried by a page of a stranger. A page that leaves the
 * session's cookies alone is such a question, and is not followed up: a probe in between would end Keycloak's memory of
 * the logout that it asks about. Where the OP can't be asked beside the browser, the session's cookies alone tell.
 */
export async function onEndSessionResponse(
  { config, provider, askUser, epochs, audit }: SignOutServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { browser, target } = request.exchange
  if (browser.ids.length === 0 || !isEndSession(provider, target)) return
  try {
    const setCookies = setCookiesOf(reply)
    const isAskable = config.provider.probe.by === 'server'
    const isUntouched = !isSessionSet(config, request, setCookies)
    if (isUntouched && !(isAskable && reply.hasHeader('location'))) return
    if (isAskable && (await askUser(request, setCookies)).known) return
    for (const id of browser.ids) await epochs.end(epochOf.browser(id))
    audit.signedOut('front_channel')
  } catch (error) {
    // A logout never fails because of the gateway.
    request.log.warn({ err: error }, 'a logout could not be followed')
  }
}
