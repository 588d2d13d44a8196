import type { FastifyRequest } from 'fastify'
import { bindBrowser } from '../../http/bind-browser.ts'
import { isAtAuthorization } from '../../http/endpoints.ts'
import { canShowPage } from '../../http/navigation.ts'
import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { Policies } from '../../policy/policies.ts'
import { afterRenewal } from '../../policy/probe-result.ts'
import { askThroughBrowser, seeAnswer } from '../../probe/browser-probe.ts'
import { findUser, isSessionSet } from '../../probe/find-user.ts'
import type { Services } from '../../services.ts'
import { setCookiesOf } from '../../upstream/send-answer.ts'
import type { ForwardedAuthorization, OpResponse } from '../learned.ts'
import { onAuthorizationResponse } from './response-leg.ts'
import type { ResponseAnswer, ResponseLegServices } from './upstream-answer.ts'

/** What every channel needs by which an authorization response may come: a redirect, a page, JSON. */
export type RelayServices = ResponseLegServices & Pick<Services, 'askUser' | 'cookie' | 'pages'>

/**
 * Asks the response leg about an authorization response in an answer of the OP.
 *
 * @param location the redirect that carries it; undefined for a page.
 * @param isFollowed a script follows the redirect, by a navigation of its own.
 */
export async function judgeAnswer(
  services: RelayServices,
  { request, reply, learned }: OpResponse,
  response: AuthorizationResponse,
  location: string | undefined,
  isFollowed = false,
): Promise<ResponseAnswer> {
  const { browser } = request.exchange
  const authorization = learned.kind === 'authorization' ? learned.authorization : undefined
  const earlier = learned.kind === 'authorization' ? learned.probe : undefined
  const setCookies = setCookiesOf(reply)
  if (await seeAnswer(services, request, setCookies, response)) return { kind: 'relay' }
  return onAuthorizationResponse(services, {
    raw: request,
    response,
    asked: learned.kind === 'asked' ? learned.asked : undefined,
    form: learned.kind === 'form' ? learned.ask : undefined,
    authorization,
    browserIds: authorization?.browserIds ?? browser.ids,
    browser,
    isNavigation: isFollowed || canShowPage(request.method, request.headers),
    probe: async ({ inFlight, mayAskBrowser }) => {
      const about = { kind: 'response', inFlight } as const
      const search = { about, mayAskBrowser, setCookies, earlier }
      const after = await findUser(services, request, search)
      const isRenewal =
        after.known &&
        services.config.provider.probe.by === 'server' &&
        authorization !== undefined &&
        isAnsweredAtOnce(request, authorization) &&
        isSessionSet(services.config, request, setCookies)
      if (earlier || !isRenewal) return afterRenewal(earlier, after)
      const before = await findUser(services, request, { about, mayAskBrowser: false })
      return afterRenewal(before, after)
    },
    askThroughBrowser: (waits) => {
      const bound = bindBrowser(request, services.cookie)
      bound.keep(reply)
      return askThroughBrowser(services, request, bound.id, waits)
    },
    location,
  })
}

/**
 * Nobody signed in between the request and its answer, on a page of the OP that led back here: a session that is set in
 * the answer is the one that was there before, renewed.
 */
function isAnsweredAtOnce(
  { method }: FastifyRequest,
  { request, isFirst = false }: ForwardedAuthorization,
): boolean {
  const asksForLogin = request.maxAge === 0 && request.driving === undefined
  return method === 'GET' && /* guard: renewals-at-once */ isFirst && !asksForLogin
}

/** Whether an answer leaves only if it was read: tokens of a protected client may be in it, or its whole response. */
export function mustBeRead({ policies, provider }: RelayServices, { request, learned }: OpResponse): boolean {
  if (policies.areTokensInFrontChannel) return true
  if (learned.kind === 'authorization' && isEnforced(policies, learned.authorization)) return true
  return policies.enforced.length > 0 && isAtAuthorization(request.exchange.target, provider.guarded)
}

const isEnforced = (policies: Policies, { policy }: ForwardedAuthorization): boolean =>
  policies.govern(policy.policyIds).mode === 'enforce'

/** The public URL of a request, against which a browser reads what answers it. */
export const urlOf = ({ config }: RelayServices, { exchange }: FastifyRequest): string =>
  `${config.publicUrl}${exchange.target.path}`
