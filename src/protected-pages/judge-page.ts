import type { FastifyRequest } from 'fastify'
import type { ClientPolicy } from '../config/schema/schema.ts'
import { canShowPage } from '../http/navigation.ts'
import type { AuthorizationError } from '../policy/decide.ts'
import type { UnknownReason } from '../probe/probe.ts'
import type { Case, PageToShow } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { describePageCase } from '../step-up/case.ts'
import { type Judgement, type JudgeServices, judge } from '../step-up/judge.ts'

export type JudgePageServices = JudgeServices & Pick<Services, 'askUser'>

/** A requested page: its name, its policy, and what follows a step-up. */
export interface AskedPage {
  readonly name: string
  readonly policy: ClientPolicy
  readonly next: PageToShow
}

export type PageJudgement =
  | { readonly kind: 'unknown'; readonly reason: UnknownReason | 'session_unknown' }
  | ({ readonly kind: 'judged'; readonly case: Case } & Judgement)

/** The decision about a page: like that about a client, but that a step-up opens it for a time, by its proof. */
export async function judgePage(
  services: JudgePageServices,
  request: FastifyRequest,
  { name, policy, next }: AskedPage,
): Promise<PageJudgement> {
  const probe = await services.askUser(request)
  if (!probe.known) return { kind: 'unknown', reason: probe.reason }
  const it = describePageCase(probe.identity, name, services.config.provider.compare)
  // Where the OP names no session there are no proofs, and each request would end in one more challenge.
  if (it.user.session === undefined) return { kind: 'unknown', reason: 'session_unknown' }
  const judgement = await judge(services, it, {
    policy,
    browser: request.exchange.browser,
    atRelease: false,
    tabs: [{ case: it, isAnswered: false, page: next }],
    // guard: page-navigations
    noInteraction: canShowPage(request.method, request.headers) ? undefined : 'not_a_navigation',
  })
  return { kind: 'judged', case: it, ...judgement }
}

/** What a person sees instead of a denied page. */
export function refusePage(error: AuthorizationError): Refusal {
  switch (error) {
    case 'interaction_required':
      return new Refusal('verify_first', 'a page that needs a step-up, asked for by no navigation')
    case 'temporarily_unavailable':
      return new Refusal('verification_unavailable', 'a page that needs a step-up')
    case 'access_denied':
    case 'server_error':
    case 'unmet_authentication_requirements':
      return new Refusal('not_allowed', `a page that needs a step-up: ${error}`)
  }
}
