import { readOwnRequestUri } from '../oauth/own-request-uri.ts'
import type { ProbeResult } from '../policy/probe-result.ts'
import { type Asker, askForBrowser } from './ask-for-browser.ts'
import { type AuthorizationAnswer, expectAnswer, readAnswer } from './authorization-answer.ts'
import { readIdTokenAnswer } from './id-token-answer.ts'
import {
  composeQuestion,
  createSecrets,
  type ProbeServices,
  probeRedirectUri,
  redeemAnswer,
  type Secrets,
  unlessItFails,
} from './question.ts'

export interface ProbeRequest extends Asker {
  /** A Cookie header with the OP's session cookies only, as `selectCookies` or `overlayCookies` made it. */
  readonly cookies: string | undefined
}

/**
 * Asks the OP who is signed in with these cookies: an authorization request of the gateway's own client (OIDC Core
 * 3.1.2.1, PKCE), whose code is redeemed and whose ID token is validated; or one that brings the ID token itself (OIDC Core
 * 3.2.2.1), where that is configured. Everything but a complete success is "unknown". No cookie that the OP sets meanwhile goes anywhere, and nothing is kept between two probes.
 *
 * @returns always; it never rejects. Without cookies the OP is not asked.
 */
export async function probeUser(services: ProbeServices, request: ProbeRequest): Promise<ProbeResult> {
  const { cookies: cookie } = request
  if (!cookie) return { known: false, reason: 'no_cookie' }
  const deadline = AbortSignal.timeout(services.config.provider.probe.timeout)
  return unlessItFails(deadline, () => identify(services, { ...request, cookie }, deadline))
}

/** An OP that keeps requests itself answers where it then leads to (`readOwnRequestUri`): it is asked there, once. */
async function followItself(
  { config, provider }: Pick<ProbeServices, 'config' | 'provider'>,
  ask: (path: string) => ReturnType<typeof askForBrowser>,
  first: Awaited<ReturnType<typeof askForBrowser>>,
): ReturnType<typeof askForBrowser> {
  const { pathname } = new URL(provider.metadata.authorization_endpoint)
  const endpoint = new URL(pathname, config.publicUrl)
  const own = readOwnRequestUri(String(first.headers['location']), endpoint, config.provider.probe.clientId)
  return own ? ask(own.path) : first
}

/**
 * Asks the OP beside the browser, with a question of the gateway's own client.
 *
 * @param further headers that go along: the session's cookies.
 */
export async function askBeside(
  services: Pick<ProbeServices, 'config' | 'provider' | 'upstream'>,
  secrets: Secrets,
  asker: Asker,
  further: Readonly<Record<string, string>>,
  deadline: AbortSignal,
): Promise<AuthorizationAnswer> {
  const { config, provider, upstream } = services
  const { prompt, responseType } = config.provider.probe
  const question = composeQuestion(services, secrets, prompt, responseType)
  const ask = (path: string) => askForBrowser(upstream, path, asker, further, deadline)
  const { statusCode, headers } = await followItself(services, ask, await ask(question))
  return readAnswer(
    { statusCode, location: headers['location'] },
    expectAnswer(provider.metadata, probeRedirectUri(config), secrets.state, responseType),
  )
}

async function identify(
  services: ProbeServices,
  { cookie, ...asker }: Asker & { readonly cookie: string },
  deadline: AbortSignal,
): Promise<ProbeResult> {
  const secrets = createSecrets()
  const answer = await askBeside(services, secrets, asker, { cookie }, deadline)
  if (answer.fault !== undefined) return { known: false, reason: answer.fault, detail: answer.detail }
  return services.config.provider.probe.responseType === 'id_token'
    ? readIdTokenAnswer(services, secrets, answer.parameters)
    : redeemAnswer(services, secrets, answer.parameters)
}
