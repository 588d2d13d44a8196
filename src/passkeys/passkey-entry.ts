import type { FastifyInstance, FastifyRequest } from 'fastify'
import { requireNavigation } from '../http/navigation.ts'
import { sendRedirect } from '../http/send-redirect.ts'
import { parseTarget, type Target } from '../http/target.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { writeSignIn } from '../step-up/sign-ins.ts'
import { describePath } from '../telemetry/describe-path.ts'
import { askWithTrustedHeader, type TrustedHeader } from './hand-over.ts'
import { entryUrl } from './hand-over-url.ts'
import type { IsLoginPath } from './login-page/login-paths.ts'
import type { PasskeySignInServices } from './passkey-services.ts'
import { enterSignIn } from './passkey-sign-in.ts'

type EntryServices = Pick<
  PasskeySignInServices,
  'config' | 'signIn' | 'authsignal' | 'upstream' | 'askUser' | 'records' | 'epochs' | 'audit' | 'now'
> & { readonly isLoginPath: IsLoginPath }

/**
 * `{prefix}/passkeys/enter/{id}`: a browser whose passkey was verified is handed to the OP, once. Whom the OP then
 * signs in is seen like after any login; only that very user's session counts as stepped up.
 */
export function servePasskeyEntry(app: FastifyInstance, services: EntryServices): void {
  const { signIn, audit } = services

  app.get<{ Params: { id: string } }>('/passkeys/enter/:id', async (request, reply) => {
    // guard: entry-navigations
    requireNavigation(request.method, request.headers)
    const loginPage = readLoginPage(services, request)
    const { ids } = request.exchange.browser
    const [browser] = ids
    const { subject, since } = await enterSignIn(services, request.params.id, ids, loginPage.raw)
    if (signIn.header)
      reply.header('set-cookie', await signInByHeader(services, request, signIn.header, subject))
    if (browser !== undefined) await writeSignIn(services, subject, browser, 'PASSKEY', since)
    // The gateway tells the OP itself when the browser comes there.
    if (signIn.jwt) return sendRedirect(reply, entryUrl(signIn.jwt, loginPage.path, request.params.id))
    audit.signedIn(subject, 'header')
    return sendRedirect(reply, loginPage.raw)
  })
}

/** The login page that the browser was at: it is sent back to no other. */
function readLoginPage(
  { isLoginPath }: Pick<EntryServices, 'isLoginPath'>,
  { exchange }: FastifyRequest,
): Target {
  const target = parseTarget(new URLSearchParams(exchange.target.query).get('return_to') ?? '')
  // guard: entry-leads-to-login-page
  if (isLoginPath(target.path)) return target
  throw new Refusal('passkey_refused', 'return_to is no path of passkeys.signIn.loginPaths', {
    value: describePath(target.path, true),
  })
}

/** The Set-Cookie lines of the session that the OP begins for this user. */
async function signInByHeader(
  services: EntryServices,
  request: FastifyRequest,
  header: TrustedHeader,
  subject: string,
): Promise<string[]> {
  const { config, upstream } = services
  const { cookies: allowed, timeout } = config.provider.probe
  const { address: clientAddress, userAgent } = request.exchange.browser
  const user = await findUser(services, subject)
  const asked = { user, allowed, userAgent, clientAddress }
  const { setCookies } = await askWithTrustedHeader(upstream, header, asked, timeout)
  // guard: somebody-is-signed-in
  await requireSubject(services, request, setCookies, subject)
  return setCookies
}

async function findUser(
  { signIn, authsignal }: Pick<EntryServices, 'signIn' | 'authsignal'>,
  subject: string,
): Promise<string> {
  if (signIn.user === 'subject') return subject
  const username = await authsignal.findUsername(subject)
  if (username !== undefined) return username
  throw new Refusal('passkey_refused', 'Authsignal has no username of this user (send: [username])')
}

/** The OP's word for who it signed in; its cookies go to the browser only if it is the right one. */
async function requireSubject(
  { askUser, audit }: Pick<Services, 'askUser' | 'audit'>,
  request: FastifyRequest,
  setCookies: readonly string[],
  subject: string,
): Promise<void> {
  const probe = await askUser(request, setCookies)
  if (probe.known && /* guard: whom-the-op-signed-in */ probe.identity.subject === subject) return
  if (probe.known) audit.security('passkey_of_another', { subject, signed_in: probe.identity.subject })
  const reason = probe.known ? 'the provider signed in another user' : `the probe failed: ${probe.reason}`
  throw new Refusal('passkey_refused', reason)
}
