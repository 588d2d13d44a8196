import type { FastifyReply, FastifyRequest } from 'fastify'
import { findRemoval, sessionCookiesOf } from '../http/cookies.ts'
import { isSessionSet } from '../probe/find-user.ts'
import { isEndSession } from '../provider/end-session.ts'
import { epochOf } from '../records/epochs.ts'
import type { Services } from '../services.ts'
import { writeLine } from '../telemetry/log-lines.ts'
import { setCookiesOf } from '../upstream/send-answer.ts'

export type SignOutServices = Pick<Services, 'config' | 'provider' | 'askUser' | 'epochs' | 'audit'>

/**
 * After an answer that may have ended the session: if nobody is signed in to the OP in this browser any more, its
 * step-ups are forgotten. Where the OP can't be asked beside the browser, the session's cookies alone tell.
 */
export async function followSignOut(
  services: SignOutServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { config, provider, askUser, epochs, audit } = services
  const { browser, target } = request.exchange
  if (browser.ids.length === 0) return
  const isAtEndSession = isEndSession(provider, target)
  // Most answers end here.
  if (!isAtEndSession && !reply.hasHeader('set-cookie')) return
  try {
    const setCookies = setCookiesOf(reply)
    const isFollowed = isAtEndSession
      ? isLogout(services, request, reply, setCookies)
      : await isRemoval(services, request, setCookies)
    if (!isFollowed) return
    const isAskable = config.provider.probe.by === 'server'
    if (isAskable && (await askUser(request, setCookies)).known) return
    const ended = await Promise.all(browser.ids.map((id) => epochs.end(epochOf.browser(id))))
    audit.signedOut(
      'front_channel',
      ended.find((subject) => subject !== undefined),
    )
  } catch (error) {
    // A logout never fails because of the gateway.
    writeLine(request.log, 'a logout could not be followed', { err: error })
  }
}

/**
 * Whether an answer of the end session endpoint may be the end. Many logouts ask first, and some are only tried by a page
 * of a stranger. A page that leaves the session's cookies alone is such a question, and is not followed up: a probe in
 * between would end Keycloak's memory of the logout that it asks about.
 */
function isLogout(
  { config }: SignOutServices,
  request: FastifyRequest,
  reply: FastifyReply,
  setCookies: readonly string[],
): boolean {
  const isAskable = config.provider.probe.by === 'server'
  return isSessionSet(config, request, setCookies) || (isAskable && reply.hasHeader('location'))
}

/**
 * Whether any other answer takes the session's cookies from the browser: a logout page of the OP's own. It counts only in
 * a browser that has shown something. Where the OP is asked afterwards, one cookie of several is enough; else all of them
 * have to go, since some sessions shrink by one.
 */
async function isRemoval(
  { config, epochs }: SignOutServices,
  { headers, exchange }: FastifyRequest,
  setCookies: readonly string[],
): Promise<boolean> {
  const { by } = config.provider.probe
  const removed = findRemoval(headers.cookie, setCookies, sessionCookiesOf(config.provider))
  if (removed === 'none' || (removed === 'some' && by === 'browser')) return false
  const begun = await Promise.all(exchange.browser.ids.map((id) => epochs.hasBegun(epochOf.browser(id))))
  // guard: sign-out-by-any-answer
  return begun.includes(true)
}
