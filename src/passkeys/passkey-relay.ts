import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AuthsignalError } from '../authsignal/authsignal.ts'
import type { ClientPolicy, Config } from '../config/schema/schema.ts'
import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import { bindBrowser } from '../http/bind-browser.ts'
import type { CookieRules } from '../http/own-cookie.ts'
import { requireOwnForm } from '../http/own-form.ts'
import type { JudgePagePorts } from '../protected-pages/judge-page.ts'
import { Refusal } from '../refusal.ts'
import type { Allowance } from '../store/allowance.ts'
import type { PasskeyEnrolment } from './passkey-enrolment.ts'
import { requireProof } from './passkey-page.ts'
import type { PasskeySignInSteps } from './passkey-sign-in.ts'

export interface PasskeyRelayPorts extends JudgePagePorts {
  readonly config: Config
  readonly policy: ClientPolicy
  readonly cookie: CookieRules
  readonly enrolment: PasskeyEnrolment
  /** Absent where passkeys are no way to sign in. */
  readonly signIn?: PasskeySignInSteps
  /** Counts what strangers make the gateway ask Authsignal. */
  readonly questions: Allowance
}

/** An authenticator's answer (WebAuthn Level 3, 5.1); Authsignal verifies it. */
const credential = z.record(z.string(), z.unknown())
const begun = z.object({ challengeId: z.string().min(1).max(4096) })
const assertion = begun.extend({ authenticationCredential: credential })
const registration = begun.extend({ registrationCredential: credential })

const longestBody = 64 * 1024
const passkey = '/client/user-authenticators/passkey'

/**
 * What `@authsignal/browser` calls for passkeys, below `{prefix}/client`. It is no proxy: what goes on to Authsignal
 * has the gateway's own action, idempotency key and token, and no token of Authsignal's comes back.
 */
export function servePasskeyRelay(app: FastifyInstance, ports: PasskeyRelayPorts): void {
  const { config, cookie, enrolment, signIn, questions } = ports

  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: longestBody },
    app.getDefaultJsonParser('error', 'error'),
  )
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  app.addHook('preHandler', async (request) => requireOwnForm(request, config.publicUrl))
  app.setErrorHandler<Error>((error, request, reply) => sendClientError(error, request, reply))

  if (signIn) {
    app.post('/client/challenge', async (request, reply) => {
      const { address } = request.exchange.browser
      const isAllowed = await questions.take(
        hashOf('passkey', groupAddress(address)),
        config.provider.probe.perAddress,
      )
      if (!isAllowed) throw new Refusal('passkey_refused', 'too many sign-ins were begun from one address')
      // A page of this origin asks: it may get our cookie.
      const browser = bindBrowser(request, cookie)
      const challengeId = await signIn.begin(browser.id)
      browser.keep(reply)
      return { challengeId }
    })

    app.post(`${passkey}/authentication-options`, async (request) => {
      const { challengeId } = parseBody(begun, request)
      return signIn.options(requireBrowser(request), challengeId)
    })

    app.post('/client/verify/passkey', async (request) => {
      const { challengeId, authenticationCredential } = parseBody(assertion, request)
      const { deviceId } = request.exchange.browser
      const { entryId, subject } = await signIn.verify(requireBrowser(request), {
        challengeId,
        credential: authenticationCredential,
        ...(deviceId !== undefined && { deviceId }),
      })
      return { isVerified: true, accessToken: entryId, userId: subject }
    })
  }

  app.post(`${passkey}/registration-options`, async (request) => {
    const it = await requireVisitor(request)
    return enrolment.begin(it, { ...request.exchange.browser, id: requireBrowser(request) })
  })

  app.post(passkey, async (request) => {
    const { challengeId, registrationCredential } = parseBody(registration, request)
    const it = await requireVisitor(request)
    await enrolment.add(it, requireBrowser(request), { challengeId, credential: registrationCredential })
    // The SDK wants a token; what the page does next needs none.
    return { isVerified: true, accessToken: 'page', userId: it.user.subject }
  })

  async function requireVisitor(request: FastifyRequest) {
    const visitor = await requireProof(ports, request)
    if (!('it' in visitor)) throw new Refusal('verify_first', 'the proof is too old')
    return visitor.it
  }
}

function requireBrowser({ exchange }: FastifyRequest): string {
  const [id] = exchange.browser.ids
  if (id === undefined) throw new Refusal('no_cookie', 'a passkey ceremony without our cookie')
  return id
}

function parseBody<Body>(schema: z.ZodType<Body>, { body }: FastifyRequest): Body {
  const { success, data } = schema.safeParse(body)
  if (!success) throw new Refusal('malformed_parameters', 'the body is not what the client API expects')
  return data
}

/** The client API's own shape; `unauthorized` makes the page ask for a new verification. */
function sendClientError(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, statusCode } = toRefusal(error)
  if (statusCode >= 500) request.log.error({ err: error, code }, 'refused')
  else request.log.info({ code, detail: error.message }, 'refused')
  const isUnverified = code === 'verify_first' || code === 'sign_in_first'
  const errorCode = isUnverified ? 'unauthorized' : code
  return reply
    .code(statusCode)
    .send({ error: errorCode, errorCode, errorDescription: 'The request was refused.' })
}

function toRefusal(error: Error): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AuthsignalError) {
    const code = error.kind === 'unavailable' ? 'verification_unavailable' : 'passkey_refused'
    return new Refusal(code, error.message)
  }
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  return new Refusal(status < 500 ? 'malformed_parameters' : 'internal', error.message)
}
