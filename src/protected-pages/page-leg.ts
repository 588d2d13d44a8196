import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ClientPolicy, Config, ProtectedPath } from '../config/schema/schema.ts'
import { type Forecastable, tell } from '../forecast.ts'
import type { HeaderFields } from '../http/exchange.ts'
import { challengePath } from '../http/own-paths.ts'
import { requireShortBody } from '../http/read-body.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { takeBody } from '../http/take-body.ts'
import { verifyFirstPage } from '../pages/outcome-page.ts'
import { onlyByBrowser, saysNobody } from '../policy/probe-result.ts'
import type { PageToShow, User } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { noteConcern } from '../telemetry/request-context.ts'
import { type Answered, answered } from '../upstream/proxy.ts'
import {
  type AskedPage,
  askBeforePage,
  type JudgePageServices,
  judgePage,
  type PageJudgement,
  refusePage,
} from './judge-page.ts'
import { dropCredentials, keepProbedSession, refuseOtherCredentials } from './page-credentials.ts'
import type { FindPage } from './protected-paths.ts'

export type PageLegServices = JudgePageServices &
  Forecastable &
  Pick<Services, 'pages'> & {
    readonly findPage: FindPage<ProtectedPath>
    /** The same if every page that is watched were protected. */
    readonly findWatchedPage: FindPage<ProtectedPath>
  }

/** A page, and the user who was stepped up for it. */
export interface OpenedPage {
  readonly name: string
  readonly policy: ClientPolicy
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
 * A protected page of the OP: forwarded only after a step-up, or if nobody is signed in. A posted form is not stored
 * and never repeated.
 *
 * @param taken the request's body, if it was read before.
 */
export async function onPageRequest(
  services: PageLegServices,
  request: FastifyRequest,
  reply: FastifyReply,
  taken: Buffer | undefined,
): Promise<OpenedRequest | Answered> {
  const { target, upstreamHeaders: headers } = request.exchange
  const page = services.findPage(target, request.method)
  if (page?.policy.mode !== 'enforce') {
    const watched = await watch(services, request, taken)
    return { kind: 'forward', headers, body: taken, ...(watched && { page: watched }) }
  }
  noteConcern({ leg: 'page', page: page.name, policy: page.policy })
  // A preflight has no credentials (Fetch 4.8): with them it would be a request that some OPs answer like a GET.
  if (request.method === 'OPTIONS')
    return { kind: 'forward', headers: /* guard: page-preflight */ dropCredentials(headers), body: taken }
  // A body that is held back would let somebody else sign in to the same session after the decision.
  const body = taken ?? /* guard: page-body */ (await takeBody(request))
  return openPage(services, request, reply, page, body)
}

async function openPage(
  services: PageLegServices,
  request: FastifyRequest,
  reply: FastifyReply,
  page: ProtectedPath,
  body: Buffer | undefined,
): Promise<OpenedRequest | Answered> {
  const asked = describeAsked(services, request, page)
  const judgement = await judgePage(services, request, asked)
  if (judgement.kind === 'unknown' && judgement.reason === onlyByBrowser)
    return leadTo(services, request, reply, await askBeforePage(services, request, reply, asked.next))
  if (judgement.kind === 'unknown') return goAnonymously(services, request, page, judgement, body)
  const { decision, stepUpId } = judgement
  const { user } = judgement.case
  switch (decision.verdict) {
    case 'release': {
      // guard: other-credentials
      refuseOtherCredentials(services, request, body, user)
      // guard: probed-session-only
      const headers = keepProbedSession(services, request.exchange.upstreamHeaders)
      return { kind: 'forward', headers, body, page: { name: page.name, policy: page.policy, user } }
    }
    case 'deny':
      // guard: denied-page
      throw refusePage(decision.error)
    case 'challenge':
      return leadTo(services, request, reply, challengePath(services.config.pathPrefix, stepUpId))
  }
}

/** Something comes before the page. Who sent a form learns that it was not sent. */
function leadTo(
  services: PageLegServices,
  request: FastifyRequest,
  reply: FastifyReply,
  href: string,
): Answered {
  if (request.method !== 'POST') sendRedirect(reply, href)
  else services.pages.send(request, reply, verifyFirstPage({ challengeHref: href, supportId: request.id }))
  return answered
}

const describeAsked = (
  services: PageLegServices,
  request: FastifyRequest,
  { name, policy }: ProtectedPath,
): AskedPage => ({
  name,
  policy,
  leg: 'page',
  next: describeNext(services.config, request),
  // `monitor` changes nothing.
  mayAskBrowser: policy.mode === 'enforce',
})

/**
 * What would become of a request for a page that is watched. `monitor` changes nothing, not even where the gateway itself
 * fails; it reads no body, so that what could be read as a session there is not seen.
 *
 * @returns the page, if it would be opened.
 */
async function watch(
  services: PageLegServices,
  request: FastifyRequest,
  taken: Buffer | undefined,
): Promise<OpenedPage | undefined> {
  try {
    const found = services.findWatchedPage(request.exchange.target, request.method)
    if (found === undefined || request.method === 'OPTIONS') return undefined
    const page: ProtectedPath = { ...found, policy: { ...found.policy, mode: 'monitor' } }
    noteConcern({ leg: 'page', page: page.name, policy: page.policy })
    requireShortBody(request.headers['content-length'])
    const judgement = await judgePage(services, request, describeAsked(services, request, page))
    if (judgement.kind === 'unknown') {
      requireNobody(services, request, page, judgement, taken)
      return undefined
    }
    const { decision, case: asked } = judgement
    if (decision.verdict === 'deny') throw refusePage(decision.error)
    if (decision.verdict === 'challenge') return undefined
    refuseOtherCredentials(services, request, taken, asked.user)
    return { name: page.name, policy: page.policy, user: asked.user }
  } catch (error) {
    tell(services, request, error)
    return undefined
  }
}

/**
 * If nobody is signed in, the OP shows its login page or redirects to it. The request must not identify anybody whom
 * the probe does not know.
 */
function goAnonymously(
  services: PageLegServices,
  request: FastifyRequest,
  page: ProtectedPath,
  judgement: PageJudgement & { kind: 'unknown' },
  body: Buffer | undefined,
): OpenedRequest {
  requireNobody(services, request, page, judgement, body)
  return {
    kind: 'forward',
    headers: /* guard: cookies-of-nobody */ dropCredentials(request.exchange.upstreamHeaders),
    body,
  }
}

/** @throws {Refusal} `unknown_user`, `sign_in_first`; as `refuseOtherCredentials` does. */
function requireNobody(
  services: PageLegServices,
  request: FastifyRequest,
  page: ProtectedPath,
  { reason }: PageJudgement & { kind: 'unknown' },
  body: Buffer | undefined,
): void {
  const { method } = request
  // guard: failed-probe
  if (!saysNobody(reason)) {
    const { name, policy } = page
    services.audit.unknownUser({ page: name }, { policy, leg: 'page' }, { verdict: 'deny', reason })
    throw new Refusal('unknown_user', `a protected page, and the probe failed: ${reason}`)
  }
  // guard: nobody-changes
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Refusal('sign_in_first', 'a protected page, and nobody is signed in')
  }
  // guard: credentials-of-nobody
  refuseOtherCredentials(services, request, body, undefined)
}

/** Only what was loaded is loaded again; for what was sent the page that it was sent from is remembered. */
function describeNext(
  { publicUrl }: Pick<Config, 'publicUrl'>,
  { method, headers, exchange }: FastifyRequest,
): PageToShow {
  if (method === 'GET') return { target: exchange.target.raw }
  const { referer } = headers
  if (
    referer === undefined ||
    !URL.canParse(referer) ||
    /* guard: page-form-origin */ new URL(referer).origin !== publicUrl
  )
    return {}
  const { pathname, search } = new URL(referer)
  // Two slashes would name another host.
  return pathname.startsWith('//') ? {} : { sentFrom: pathname + search }
}
