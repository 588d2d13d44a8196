import type { FastifyRequest } from 'fastify'
import type { Config } from '../config/schema/schema.ts'
import { requireNavigation } from '../http/navigation.ts'
import { takeBody } from '../http/take-body.ts'
import { parseTarget, type Target } from '../http/target.ts'
import type { Records } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Audit } from '../telemetry/audit.ts'
import { stepEntry } from './entry-step.ts'
import { handOverUrl, placePath, readEntryId } from './hand-over-url.ts'
import { createCouldBe } from './loose-patterns.ts'
import { createPasskeyJwt } from './passkey-jwt.ts'
import { holdsSignInToken } from './sign-in-token.ts'

/** The OP is told by JWT who has signed in by passkey, by the gateway and by nobody else. */
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

export interface PasskeyHandOverPorts {
  readonly config: Config
  readonly records: Records
  readonly audit: Audit
  readonly now: () => number
}

/** @returns undefined where the OP takes no JWT. @throws Error for a key that can't sign. */
export async function createPasskeyHandOver(
  ports: PasskeyHandOverPorts,
): Promise<PasskeyHandOver | undefined> {
  const { config, audit, now } = ports
  const signIn = config.passkeys?.signIn
  if (!signIn?.jwt) return undefined
  const settings = signIn.jwt
  const jwt = await createPasskeyJwt(settings, config)
  const couldTakeToken = createCouldBe(signIn.loginPaths.map((page) => placePath(settings.path, page)))

  function refuseToken(text: string): void {
    if (!holdsSignInToken(text)) return
    audit.security('passkey_jwt_from_a_browser', {})
    throw new Refusal('passkey_refused', 'a JWT that was not made for this request')
  }

  return {
    async refuseTokens(request) {
      const { target, kind, upstreamHeaders } = request.exchange
      refuseToken(target.raw)
      refuseToken(Object.values(upstreamHeaders).flat().join('\n'))
      // Bodies stream by unread where an OP has no reason to look into them.
      if (kind !== 'open' || !couldTakeToken(target)) return undefined
      const body = await takeBody(request)
      if (body) refuseToken(body.toString('latin1'))
      return body
    },

    async handOver(request) {
      const { exchange, method, headers } = request
      const id = readEntryId(settings, exchange.target.query)
      if (id === undefined || method !== 'GET') return undefined
      requireNavigation(method, headers)
      const { subject, loginPage } = await stepEntry(ports, id, exchange.browser.ids, (entry) =>
        entry.state === 'entered' ? { ...entry, state: 'used' } : undefined,
      )
      const token = await jwt.sign({ user: subject, now: now() })
      const target = parseTarget(handOverUrl(settings, parseTarget(loginPage).path, token, loginPage))
      if (target.path !== exchange.target.path) {
        throw new Refusal('passkey_refused', 'a sign-in by passkey that began on another page')
      }
      audit.signedIn(subject, 'jwt')
      return target
    },
  }
}
