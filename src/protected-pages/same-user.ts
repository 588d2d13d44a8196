import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Forecastable, tell } from '../forecast.ts'
import { saysNobody } from '../policy/probe-result.ts'
import { isSessionSet } from '../probe/find-user.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { describePageCase } from '../step-up/case.ts'
import { setCookiesOf } from '../upstream/send-answer.ts'
import type { OpenedPage } from './page-leg.ts'

/**
 * Before the OP's answer to a page leaves: it must be its user's.
 *
 * @throws {Refusal} `unknown_user` for a protected page; of one that is watched it is only reported.
 */
export async function judgePageAnswer(
  services: SameUserServices,
  request: FastifyRequest,
  reply: FastifyReply,
  page: OpenedPage,
): Promise<void> {
  try {
    await requireSameUser(services, request, reply, page)
  } catch (error) {
    if (page.policy.mode !== 'monitor') throw error
    tell(services, request, error)
  }
}

type SameUserServices = Forecastable & Pick<Services, 'config' | 'askUser'>

/**
 * After the OP's answer to a protected page and before it leaves: at an OP that keeps a session's cookie while another
 * user signs in over it, the answer may be that user's. Not modified (304) tells nobody anything, and a redirect that
 * ends the session leads to no page of it. What was sent may have been done all the same; that can't be taken back.
 *
 * @throws {Refusal} `unknown_user` where the OP knows another user or session by now, or nobody.
 */
async function requireSameUser(
  { config, askUser, audit }: SameUserServices,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, user }: OpenedPage,
): Promise<void> {
  if (reply.statusCode === 304) return
  // Nothing can be asked beside the browser, and `provider.renewsSession` says that nothing has to be.
  if (config.provider.probe.by === 'browser') return
  const setCookies = setCookiesOf(reply)
  const isSetAnew = isSessionSet(config, request, setCookies)
  const probe = await askUser(request, setCookies, 'again')
  if (!probe.known) {
    // guard: answer-for-nobody
    if (isSetAnew && saysNobody(probe.reason) && isRedirect(reply)) return
    throw new Refusal('unknown_user', `the answer to a protected page, and the probe failed: ${probe.reason}`)
  }
  const now = describePageCase(probe.identity, name, config.provider).user
  // A session that the answer itself renewed is the same user's.
  if (
    /* guard: answer-subject */ now.subject === user.subject &&
    /* guard: answer-session */ (isSetAnew || now.session === user.session)
  )
    return
  audit.security('page_of_another', { page: name, subject: user.subject, signed_in: now.subject })
  throw new Refusal('unknown_user', 'a protected page, and somebody else signed in before its answer came')
}

const isRedirect = (reply: FastifyReply): boolean =>
  reply.statusCode >= 300 && reply.statusCode < 400 && reply.hasHeader('location')
