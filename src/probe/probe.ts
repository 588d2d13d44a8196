import type { ProbeResult } from '../policy/probe-result.ts'
import { type Asker, askForBrowser } from './ask-for-browser.ts'
import { expectAnswer, readAnswer } from './authorization-answer.ts'
import {
  composeQuestion,
  createSecrets,
  type ProbeServices,
  probeRedirectUri,
  redeemAnswer,
  unlessItFails,
} from './question.ts'

export interface ProbeRequest extends Asker {
  /** A Cookie header with the OP's session cookies only, as `selectCookies` or `overlayCookies` made it. */
  readonly cookies: string | undefined
}

/**
 * Asks the OP who is signed in with these cookies: an authorization request of the gateway's own client (OIDC Core
 * 3.1.2.1, PKCE), whose code is redeemed and whose ID token is validated. Everything but a complete success is
 * "unknown". No cookie that the OP sets meanwhile goes anywhere, and nothing is kept between two probes.
 *
 * @returns always; it never rejects. Without cookies the OP is not asked.
 */
export async function probeUser(services: ProbeServices, request: ProbeRequest): Promise<ProbeResult> {
  const { cookies: cookie } = request
  if (!cookie) return { known: false, reason: 'no_cookie' }
  const deadline = AbortSignal.timeout(services.config.provider.probe.timeout)
  return unlessItFails(deadline, () => identify(services, { ...request, cookie }, deadline))
}

async function identify(
  services: ProbeServices,
  { cookie, ...asker }: Asker & { readonly cookie: string },
  deadline: AbortSignal,
): Promise<ProbeResult> {
  const { config, provider, upstream } = services
  const secrets = createSecrets()
  const question = await composeQuestion(services, secrets, config.provider.probe.prompt)
  const { statusCode, headers } = await askForBrowser(upstream, question, asker, { cookie }, deadline)
  const answer = readAnswer(
    { statusCode, location: headers['location'] },
    expectAnswer(provider.metadata, probeRedirectUri(config), secrets.state),
  )
  if (answer.fault !== undefined) return { known: false, reason: answer.fault, detail: answer.detail }
  return redeemAnswer(services, secrets, answer.parameters)
}
