import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AuthsignalError } from '../authsignal/authsignal.ts'
import { hashOf } from '../hash.ts'
import { groupAddress } from '../http/address-group.ts'
import { bindBrowser } from '../http/bind-browser.ts'
import type { Browser } from '../http/browser.ts'
import { requireOwnForm } from '../http/own-form.ts'
import { type Case, countWindowMs } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { createAllowance } from '../store/allowance.ts'
import { reportRefusal } from '../telemetry/report-refusal.ts'
import { addPasskey, beginPasskey } from './passkey-enrolment.ts'
import { requireProof } from './passkey-page.ts'
import type { PasskeyServices, PasskeySignInServices } from './passkey-services.ts'
import { beginSignIn, describeSignIn, verifySignIn } from './passkey-sign-in.ts'

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
export function servePasskeyRelay(app: FastifyInstance, services: PasskeyServices): void {
  const { config, passkeys } = services
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: longestBody },
    app.getDefaultJsonParser('error', 'error'),
  )
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  // guard: calls-from-this-origin
  app.addHook('preHandler', async (request) => requireOwnForm(request, config.publicUrl))
  app.setErrorHandler<Error>((error, request, reply) => sendClientError(services, error, request, reply))
  relayEnrolment(app, services)
  if (passkeys.signIn) relaySignIn(app, { ...services, signIn: passkeys.signIn })
}

function relaySignIn(app: FastifyInstance, services: PasskeySignInServices): void {
  app.post('/client/challenge', async (request, reply) => {
    await requireAllowance(services, request.exchange.browser)
    // A page of this origin asks: it may get our cookie.
    const browser = bindBrowser(request, services.cookie)
    const challengeId = await beginSignIn(services, browser.id)
    browser.keep(reply)
    return { challengeId }
  })

  app.post(`${passkey}/authentication-options`, async (request) => {
    const { challengeId } = parseBody(begun, request)
    return describeSignIn(services, requireBrowser(request), challengeId)
  })

  app.post('/client/verify/passkey', async (request) => {
    const { challengeId, authenticationCredential: credential } = parseBody(assertion, request)
    const { deviceId } = request.exchange.browser
    const answer = { challengeId, credential, deviceId }
    const { entryId, subject } = await verifySignIn(services, requireBrowser(request), answer)
    return { isVerified: true, accessToken: /* guard: no-token-for-a-browser */ entryId, userId: subject }
  })
}

function relayEnrolment(app: FastifyInstance, services: PasskeyServices): void {
  app.post(`${passkey}/registration-options`, async (request, reply) => {
    const it = await requireVisitor(services, request, reply)
    return beginPasskey(services, it, { ...request.exchange.browser, id: requireBrowser(request) })
  })

  app.post(passkey, async (request, reply) => {
    const { challengeId, registrationCredential: credential } = parseBody(registration, request)
    const it = await requireVisitor(services, request, reply)
    await addPasskey(services, it, requireBrowser(request), { challengeId, credential })
    // The SDK wants a token; what the page does next needs none.
    return { isVerified: true, accessToken: 'page', userId: it.user.subject }
  })
}

/** Strangers make the gateway ask Authsignal; these questions are counted with those that an address makes the OP answer. */
async function requireAllowance(
  { config, records, now }: Pick<Services, 'config' | 'records' | 'now'>,
  { address }: Browser,
): Promise<void> {
  const questions = createAllowance(records.addressProbes, now, countWindowMs)
  const key = hashOf('passkey', groupAddress(address))
  if (await questions.take(key, config.provider.probe.perAddress)) return
  throw new Refusal('passkey_refused', 'too many sign-ins were begun from one address')
}

async function requireVisitor(
  services: PasskeyServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Case> {
  const visitor = await requireProof(services, request, reply)
  // guard: fresh-step-up-for-a-call
  if (!('it' in visitor)) throw new Refusal('verify_first', 'the proof is too old')
  return visitor.it
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
function sendClientError(
  services: Pick<Services, 'audit' | 'policies'>,
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = toRefusal(error)
  const { code, statusCode } = refusal
  const isUnverified = code === 'verify_first' || code === 'sign_in_first'
  const errorCode = isUnverified ? 'unauthorized' : code
  reportRefusal(services, request, refusal, errorCode)
  return reply
    .code(statusCode)
    .send({ error: errorCode, errorCode, errorDescription: 'The request was refused.' })
}

function toRefusal(error: Error): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof AuthsignalError) {
    const code = error.kind === 'unavailable' ? 'verification_unavailable' : 'passkey_refused'
    return new Refusal(code, error.message, { cause: error })
  }
  const status = 'statusCode' in error ? Number(error.statusCode) : 500
  return new Refusal(status < 500 ? 'malformed_parameters' : 'internal', error.message, { cause: error })
}
