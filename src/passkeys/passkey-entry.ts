import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Authsignal } from '../authsignal/authsignal.ts'
import type { Config, PasskeySignIn } from '../config/schema/schema.ts'
import { requireNavigation } from '../http/navigation.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { parseTarget } from '../http/target.ts'
import type { AskUser } from '../probe/ask-user.ts'
import { Refusal } from '../refusal.ts'
import type { Recall } from '../step-up/recall.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { askWithTrustedHeader, type TrustedHeader } from './hand-over.ts'
import { entryUrl } from './hand-over-url.ts'
import type { IsLoginPath } from './login-page/login-paths.ts'
import type { PasskeySignInSteps } from './passkey-sign-in.ts'

export interface PasskeyEntryPorts {
  readonly config: Config
  readonly signIn: PasskeySignIn
  readonly steps: PasskeySignInSteps
  readonly isLoginPath: IsLoginPath
  readonly authsignal: Authsignal
  readonly recall: Recall
  readonly upstream: UpstreamConnection
  readonly askUser: AskUser
  readonly audit: Audit
}

/**
 * `{prefix}/passkeys/enter/{id}`: a browser whose passkey was verified is handed to the OP, once. Whom the OP then
 * signs in is seen like after any login; only that very user's session counts as stepped up.
 */
export function servePasskeyEntry(app: FastifyInstance, ports: PasskeyEntryPorts): void {
  const { config, signIn, steps, isLoginPath, authsignal, recall, upstream, askUser, audit } = ports
  const { cookies: allowed, timeout } = config.provider.probe

  app.get<{ Params: { id: string } }>('/passkeys/enter/:id', async (request, reply) => {
    requireNavigation(request.method, request.headers)
    const loginPage = readLoginPage(request)
    const { ids } = request.exchange.browser
    const [browser] = ids
    const subject = await steps.enter(request.params.id, ids, loginPage.raw)
    if (signIn.header) {
      const { setCookies } = await signInByHeader(request, signIn.header, await findUser(subject))
      await requireSubject(request, setCookies, subject)
      reply.header('set-cookie', setCookies)
    }
    if (browser !== undefined) await recall.writeSignIn(subject, browser, 'PASSKEY')
    // The gateway tells the OP itself when the browser comes there.
    if (signIn.jwt) return sendRedirect(reply, entryUrl(signIn.jwt, loginPage.path, request.params.id))
    audit.signedIn(subject, 'header')
    return sendRedirect(reply, loginPage.raw)
  })

  /** The login page that the browser was at: nothing else is a way back. */
  function readLoginPage({ exchange }: FastifyRequest) {
    const target = parseTarget(new URLSearchParams(exchange.target.query).get('return_to') ?? '')
    if (isLoginPath(target.path)) return target
    throw new Refusal('passkey_refused', 'return_to is no path of passkeys.signIn.loginPaths')
  }

  async function findUser(subject: string): Promise<string> {
    if (signIn.user === 'subject') return subject
    const username = await authsignal.findUsername(subject)
    if (username !== undefined) return username
    throw new Refusal('passkey_refused', 'Authsignal has no username of this user (send: [username])')
  }

  function signInByHeader({ exchange }: FastifyRequest, header: TrustedHeader, user: string) {
    const { address: clientAddress, userAgent } = exchange.browser
    return askWithTrustedHeader(upstream, header, { user, allowed, userAgent, clientAddress }, timeout)
  }

  /** The OP's word for who it signed in; its cookies go to the browser only if it is the right one. */
  async function requireSubject(request: FastifyRequest, setCookies: readonly string[], subject: string) {
    const probe = await askUser(request, setCookies)
    if (probe.known && probe.identity.subject === subject) return
    if (probe.known) audit.security('passkey_of_another', { subject, signed_in: probe.identity.subject })
    const reason = probe.known ? 'the provider signed in another user' : `the probe failed: ${probe.reason}`
    throw new Refusal('passkey_refused', reason)
  }
}
