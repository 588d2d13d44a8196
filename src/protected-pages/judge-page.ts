import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ClientPolicy } from '../config/schema/schema.ts'
import { bindBrowser } from '../http/bind-browser.ts'
import { canShowPage } from '../http/navigation.ts'
import type { AuthorizationError } from '../policy/decide.ts'
import { askThroughBrowser } from '../probe/browser-probe.ts'
import { findUser } from '../probe/find-user.ts'
import type { Case, PageToShow } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { describePageCase } from '../step-up/case.ts'
import { type Judgement, type JudgeServices, judge } from '../step-up/judge.ts'

export type JudgePageServices = JudgeServices & Pick<Services, 'askUser' | 'provider' | 'cookie'>

/** A requested page: its name, its policy, and what follows a step-up. */
export interface AskedPage {
  readonly name: string
  readonly policy: ClientPolicy
  /** For the audit. */
  readonly leg: 'page' | 'passkeys'
  readonly next: PageToShow
  /** The browser can be sent to the OP first, to ask who its user is. */
  readonly mayAskBrowser: boolean
}

export type PageJudgement =
  | { readonly kind: 'unknown'; readonly reason: string }
  | ({ readonly kind: 'judged'; readonly case: Case } & Judgement)

/** The decision about a page: like that about a client, but that a step-up opens it for a time, by its proof. */
export async function judgePage(
  services: JudgePageServices,
  request: FastifyRequest,
  { name, policy, leg, next, mayAskBrowser }: AskedPage,
): Promise<PageJudgement> {
  const canShow = canShowPage(request.method, request.headers)
  const probe = await findUser(services, request, {
    about: { kind: 'session' },
    mayAskBrowser: mayAskBrowser && canShow,
  })
  if (!probe.known) return { kind: 'unknown', reason: probe.reason }
  const it = describePageCase(probe.identity, name, services.config.provider)
  // Where the OP names no session there are no proofs, and each request would end in one more challenge.
  if (it.user.session === undefined) return { kind: 'unknown', reason: 'session_unknown' }
  const judgement = await judge(services, it, {
    policy,
    leg,
    browser: request.exchange.browser,
    atRelease: false,
    tabs: [{ case: it, isAnswered: false, page: next }],
    // guard: page-navigations
    noInteraction: canShow ? undefined : 'not_a_navigation',
  })
  return { kind: 'judged', case: it, ...judgement }
}

/**
 * Where the browser itself asks who its user is, before a page is judged.
 *
 * @returns the URL to send it to.
 * @throws {Refusal} `unknown_user` where it was sent there too often; `restart` where no page is known to come back to.
 */
export async function askBeforePage(
  services: JudgePageServices,
  request: FastifyRequest,
  reply: FastifyReply,
  { target, sentFrom = target }: PageToShow,
): Promise<string> {
  if (sentFrom === undefined) throw new Refusal('restart', 'a form was sent, and the user is not known yet')
  const browser = bindBrowser(request, services.cookie)
  const waits = { kind: 'page', target: target ?? sentFrom } as const
  const url = await askThroughBrowser(services, request, browser.id, waits)
  if (url === undefined) throw new Refusal('unknown_user', 'a page, and asking for its user leads nowhere')
  browser.keep(reply)
  return url
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
