import type { FastifyRequest } from 'fastify'
import { requireNavigation } from '../http/navigation.ts'
import { takeBody } from '../http/take-body.ts'
import { parseTarget, type Target } from '../http/target.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { stepEntry } from './entry-step.ts'
import { handOverUrl, placePath, readEntryId } from './hand-over-url.ts'
import { createCouldBe } from './loose-patterns.ts'
import { createPasskeyJwt, type PasskeyJwt, type PasskeyJwtSettings } from './passkey-jwt.ts'
import { holdsSignInToken } from './sign-in-token.ts'

/** The gateway, and nobody else, sends the OP a JWT that says who has signed in by passkey. */
export interface PasskeyHandOver {
  /**
   * A JWT that a browser brings was made for somebody else's sign-in: the gateway gives none to any browser.
   *
   * @returns the request's body, if it had to be read.
   * @throws {Refusal} `passkey_refused`
   */
  refuseTokens(request: FastifyRequest): Promise<Buffer | undefined>
  /**
   * Puts the JWT in the place of the id of an entry, once, for the browser that began the sign-in.
   *
   * @returns the target with the JWT; undefined for every other request, which keeps its own.
   * @throws {Refusal} `expired`, `no_cookie`, `used`, `malformed_headers`, `passkey_refused`
   */
  handOver(request: FastifyRequest): Promise<Target | undefined>
}

type HandOverServices = Pick<Services, 'records' | 'audit' | 'now'>

/** @returns undefined where the OP takes no JWT. @throws Error for a key that can't sign. */
export async function createPasskeyHandOver(
  services: HandOverServices & Pick<Services, 'config'>,
): Promise<PasskeyHandOver | undefined> {
  const { config } = services
  const signIn = config.passkeys?.signIn
  if (!signIn?.jwt) return undefined
  const settings = signIn.jwt
  const jwt = await createPasskeyJwt(settings, config)
  const couldTakeToken = createCouldBe(signIn.loginPaths.map((page) => placePath(settings.path, page)))
  return {
    refuseTokens: (request) => refuseTokens(services, couldTakeToken, request),
    handOver: (request) => handOver(services, settings, jwt, request),
  }
}

async function refuseTokens(
  { audit }: Pick<Services, 'audit'>,
  couldTakeToken: (target: Target) => boolean,
  request: FastifyRequest,
): Promise<Buffer | undefined> {
  const { target, kind, upstreamHeaders } = request.exchange
  refuseToken(audit, target.raw)
  // guard: jwt-in-headers
  refuseToken(audit, Object.values(upstreamHeaders).join('\n'))
  // Bodies stream by unread where an OP has no reason to look into them.
  if (kind !== 'open' || !couldTakeToken(target)) return undefined
  const body = await takeBody(request)
  // guard: jwt-in-body
  if (body) refuseToken(audit, body.toString('latin1'))
  return body
}

function refuseToken(audit: Services['audit'], text: string): void {
  // guard: jwt-from-a-browser
  if (!holdsSignInToken(text)) return
  audit.security('passkey_jwt_from_a_browser', {})
  throw new Refusal('passkey_refused', 'a JWT that was not made for this request')
}

async function handOver(
  services: HandOverServices,
  settings: PasskeyJwtSettings,
  jwt: PasskeyJwt,
  request: FastifyRequest,
): Promise<Target | undefined> {
  const { exchange, method, headers } = request
  const id = readEntryId(settings, exchange.target.query)
  if (id === undefined || method !== 'GET') return undefined
  // guard: hand-over-navigations
  requireNavigation(method, headers)
  const { subject, loginPage } = await stepEntry(services, id, exchange.browser.ids, (entry) =>
    /* guard: hand-over-once */ entry.state === 'entered' ? { ...entry, state: 'used' } : undefined,
  )
  const token = await jwt.sign({ user: subject, now: services.now() })
  const target = parseTarget(handOverUrl(settings, parseTarget(loginPage).path, token, loginPage))
  // guard: hand-over-page
  if (target.path !== exchange.target.path) {
    throw new Refusal('passkey_refused', 'a sign-in by passkey that began on another page')
  }
  services.audit.signedIn(subject, 'jwt')
  return target
}
