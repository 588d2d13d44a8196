import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProtectedPath } from '../config/schema/schema.ts'
import type { HeaderFields } from '../http/exchange.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { takeBody } from '../http/take-body.ts'
import { verifyFirstPage } from '../pages/outcome-page.ts'
import type { Pages } from '../pages/pages.ts'
import { saysNobody } from '../probe/ask-user.ts'
import type { PageToShow, User } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { type Answered, answered } from '../upstream/proxy.ts'
import {
  type AskedPage,
  type JudgePagePorts,
  judgePage,
  type PageJudgement,
  refusePage,
} from './judge-page.ts'
import {
  dropCredentials,
  keepProbedSession,
  type PageCredentialsPorts,
  refuseOtherCredentials,
} from './page-credentials.ts'
import type { FindPage } from './protected-paths.ts'

export interface PageLegPorts extends JudgePagePorts, PageCredentialsPorts {
  readonly publicUrl: string
  readonly pathPrefix: string
  readonly findPage: FindPage<ProtectedPath>
  readonly pages: Pages
}

/** A protected page, and the user who was stepped up for it. */
export interface OpenedPage {
  readonly name: string
  readonly user: User
}

/** A request that may go on to the OP. */
export interface OpenedRequest {
  readonly kind: 'forward'
  readonly headers: HeaderFields
  /** Its body, if it was read. */
  readonly body: Buffer | undefined
  /** The protected page that it is for, where the OP knows a user. */
  readonly page?: OpenedPage
}

/**
 * A page of the OP that is protected: forwarded only for a user who was stepped up, or for nobody at all. What a form
 * posts is not kept and never sent again by itself.
 *
 * @param taken the request's body, if it was read before.
 */
export async function onPageRequest(
  ports: PageLegPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  taken: Buffer | undefined,
): Promise<OpenedRequest | Answered> {
  const { target, upstreamHeaders: headers } = request.exchange
  const page = ports.findPage(target, request.method)
  if (page === undefined) return { kind: 'forward', headers, body: taken }
  if (page.policy.mode === 'monitor') {
    await watch(ports, request, page)
    return { kind: 'forward', headers, body: taken }
  }
  // A preflight has no credentials (Fetch 4.8): with them it would be a request that some OPs answer like a GET.
  if (request.method === 'OPTIONS') return { kind: 'forward', headers: dropCredentials(headers), body: taken }
  // One that is held back would let somebody else sign in to the same session after the decision.
  const body = taken ?? (await takeBody(request))
  return openPage(ports, request, reply, page, body)
}

async function openPage(
  ports: PageLegPorts,
  request: FastifyRequest,
  reply: FastifyReply,
  page: ProtectedPath,
  body: Buffer | undefined,
): Promise<OpenedRequest | Answered> {
  const judgement = await judgePage(ports, request, describeAsked(ports, request, page))
  if (judgement.kind === 'unknown') return goAnonymously(ports, request, page, judgement, body)
  const { decision, stepUpId } = judgement
  const { user } = judgement.case
  switch (decision.verdict) {
    case 'release': {
      refuseOtherCredentials(request, body, ports, user)
      const headers = keepProbedSession(request.exchange.upstreamHeaders, ports)
      return { kind: 'forward', headers, body, page: { name: page.name, user } }
    }
    case 'deny':
      throw refusePage(decision.error)
    case 'challenge': {
      const challengeHref = `${ports.pathPrefix}/challenge/${stepUpId}`
      if (request.method !== 'POST') sendRedirect(reply, challengeHref)
      else ports.pages.send(request, reply, verifyFirstPage({ challengeHref, supportId: request.id }))
      return answered
    }
  }
}

const describeAsked = (
  ports: PageLegPorts,
  request: FastifyRequest,
  { name, policy }: ProtectedPath,
): AskedPage => ({
  name,
  policy,
  next: describeNext(ports, request),
})

/** `monitor` changes nothing, not even where the gateway itself fails. */
async function watch(ports: PageLegPorts, request: FastifyRequest, page: ProtectedPath): Promise<void> {
  try {
    const judgement = await judgePage(ports, request, describeAsked(ports, request, page))
    if (judgement.kind === 'unknown') ports.audit.unknownUser(page.policy, judgement.reason)
  } catch (error) {
    ports.audit.unwatched(page.policy, error)
  }
}

/**
 * Where nobody is signed in the OP shows its login page, or leads to it. Nothing goes along by which the OP could know
 * somebody whom the probe does not know.
 */
function goAnonymously(
  ports: PageLegPorts,
  request: FastifyRequest,
  { policy }: ProtectedPath,
  { reason }: PageJudgement & { kind: 'unknown' },
  body: Buffer | undefined,
): OpenedRequest {
  const { method } = request
  if (!saysNobody(reason)) {
    ports.audit.unknownUser(policy, reason)
    throw new Refusal('unknown_user', `a protected page, and the probe failed: ${reason}`)
  }
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Refusal('sign_in_first', 'a protected page, and nobody is signed in')
  }
  refuseOtherCredentials(request, body, ports, undefined)
  return { kind: 'forward', headers: dropCredentials(request.exchange.upstreamHeaders), body }
}

/** Only what was loaded is loaded again; for what was sent the page that it was sent from is remembered. */
function describeNext(
  { publicUrl }: PageLegPorts,
  { method, headers, exchange }: FastifyRequest,
): PageToShow {
  if (method === 'GET') return { target: exchange.target.raw }
  const { referer } = headers
  if (referer === undefined || !URL.canParse(referer) || new URL(referer).origin !== publicUrl) return {}
  const { pathname, search } = new URL(referer)
  // Two slashes would name another host.
  return pathname.startsWith('//') ? {} : { sentFrom: pathname + search }
}
