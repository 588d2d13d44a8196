import type { FastifyRequest } from 'fastify'
import { canShowPage } from '../../http/navigation.ts'
import { challengePath } from '../../http/own-paths.ts'
import type { Target } from '../../http/target.ts'
import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { Pages } from '../../pages/pages.ts'
import type { AskUser } from '../../probe/ask-user.ts'
import { setCookiesOf } from '../../upstream/proxy.ts'
import type { OpResponse } from '../learned.ts'
import { onAuthorizationResponse, type ResponseAnswer, type ResponseLegPorts } from './response-leg.ts'

/** What every channel needs by which an authorization response may come: a redirect, a page, JSON. */
export interface RelayPorts extends ResponseLegPorts {
  readonly pathPrefix: string
  readonly askUser: AskUser
  readonly pages: Pages
  /** Whether a target is an authorization endpoint of the OP, or below one. */
  isAtAuthorization(target: Target): boolean
}

/**
 * Asks the response leg about an authorization response in an answer of the OP.
 *
 * @param location the redirect that carries it; undefined for a page.
 * @param isFollowed a script follows the redirect, by a navigation of its own.
 */
export function judgeAnswer(
  ports: RelayPorts,
  { request, reply, learned }: OpResponse,
  response: AuthorizationResponse,
  location: string | undefined,
  isFollowed = false,
): Promise<ResponseAnswer> {
  const { browser } = request.exchange
  const authorization = learned.kind === 'authorization' ? learned.authorization : undefined
  const earlier = learned.kind === 'authorization' ? learned.probe : undefined
  return onAuthorizationResponse(ports, {
    response,
    asked: learned.kind === 'asked' ? learned.asked : undefined,
    authorization,
    browserIds: authorization?.browserIds ?? browser.ids,
    browser,
    isNavigation: isFollowed || canShowPage(request.method, request.headers),
    probe: () => ports.askUser(request, setCookiesOf(reply), earlier),
    ...(location !== undefined && { location }),
  })
}

/** Whether an answer leaves only if it was read: tokens of a protected client may be in it, or its whole response. */
export function mustBeRead(
  { policies, isAtAuthorization }: RelayPorts,
  { request, learned }: OpResponse,
): boolean {
  if (policies.areTokensInFrontChannel) return true
  if (learned.kind === 'authorization' && learned.authorization.policy.mode === 'enforce') return true
  return policies.enforced.length > 0 && isAtAuthorization(request.exchange.target)
}

/** The path of the challenge page of a step-up. */
export const challengeAt = ({ pathPrefix }: RelayPorts, stepUpId: string): string =>
  challengePath(pathPrefix, stepUpId)

/** The public URL of a request, against which a browser reads what answers it. */
export const urlOf = ({ publicUrl }: RelayPorts, { exchange }: FastifyRequest): string =>
  `${publicUrl}${exchange.target.path}`
