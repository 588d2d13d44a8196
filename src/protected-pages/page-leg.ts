import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProtectedPath } from '../config/schema/schema.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { takeBody } from '../http/take-body.ts'
import { verifyFirstPage } from '../pages/outcome-page.ts'
import type { Pages } from '../pages/pages.ts'
import { saysNobody } from '../probe/ask-user.ts'
import type { PageToShow } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { type JudgePagePorts, judgePage, type PageJudgement, refusePage } from './judge-page.ts'
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

/**
 * A page of the OP that is protected: forwarded only for a user who was stepped up, or for nobody at all. What a form
 * posts is not kept and never sent again by itself.
 */
export async function onPageRequest(
  ports: PageLegPorts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { target } = request.exchange
  const page = ports.findPage(target, request.method)
  if (page === undefined) return
  const { name, policy } = page
  const asked = { name, policy, next: describeNext(ports, request) }
  if (policy.mode === 'monitor') return watch(ports, request, asked)
  // A preflight has no credentials (Fetch 4.8): with them it would be a request that some OPs answer like a GET.
  if (request.method === 'OPTIONS') return /* guard: page-preflight */ dropCredentials(request)
  // One that is held back would let somebody else sign in to the same session after the decision.
  // guard: page-body
  await takeBody(request)
  const judgement = await judgePage(ports, request, asked)
  if (judgement.kind === 'unknown') return goAnonymously(ports, request, page, judgement)
  const { decision, stepUpId } = judgement
  switch (decision.verdict) {
    case 'release':
      // guard: other-credentials
      refuseOtherCredentials(request, ports, judgement.case.user)
      // guard: probed-session-only
      keepProbedSession(request, ports)
      request.exchange.page = { name, user: judgement.case.user }
      return
    case 'deny':
      // guard: denied-page
      throw refusePage(decision.error)
    case 'challenge': {
      const challengeHref = `${ports.pathPrefix}/challenge/${stepUpId}`
      if (request.method !== 'POST') return sendRedirect(reply, challengeHref)
      return ports.pages.send(request, reply, verifyFirstPage({ challengeHref, supportId: request.id }))
    }
  }
}

/** `monitor` changes nothing, not even where the gateway itself fails. */
async function watch(ports: PageLegPorts, request: FastifyRequest, asked: Parameters<typeof judgePage>[2]) {
  try {
    const judgement = await judgePage(ports, request, asked)
    if (judgement.kind === 'unknown') ports.audit.unknownUser(asked.policy, judgement.reason)
  } catch (error) {
    ports.audit.unwatched(asked.policy, error)
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
): void {
  const { method } = request
  // guard: failed-probe
  if (!saysNobody(reason)) {
    ports.audit.unknownUser(policy, reason)
    throw new Refusal('unknown_user', `a protected page, and the probe failed: ${reason}`)
  }
  // guard: nobody-changes
  if (method !== 'GET' && method !== 'HEAD') {
    throw new Refusal('sign_in_first', 'a protected page, and nobody is signed in')
  }
  // guard: credentials-of-nobody
  refuseOtherCredentials(request, ports, undefined)
  // guard: cookies-of-nobody
  dropCredentials(request)
}

/** Only what was loaded is loaded again; for what was sent the page that it was sent from is remembered. */
function describeNext(
  { publicUrl }: PageLegPorts,
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
