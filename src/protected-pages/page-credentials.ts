import type { FastifyRequest } from 'fastify'
import { separateCookies } from '../http/cookies.ts'
import { readIdToken } from '../oauth/token-response.ts'
import type { User } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import { couldNameUser } from './credential-headers.ts'
import { couldBodyHoldSession } from './session-in-body.ts'
import { couldHoldSession } from './session-in-url.ts'

export interface PageCredentialsPorts {
  /** The names of the OP's session cookies (`provider.probe.cookies`). */
  readonly cookies: readonly string[]
  /** `provider.subject` */
  readonly subjectClaim: string
}

/** Request headers by which no OP knows a user. */
const harmless = new RegExp(
  `^(?:${[
    'host|x-forwarded-(?:for|host|proto|port)|user-agent|referer|origin|accept(?:-[a-z]+)*',
    'access-control-request-[a-z-]+|sec-[a-z-]+|upgrade-insecure-requests|dnt|x-requested-with',
    'content-(?:type|length|language)|cache-control|pragma|range|if-[a-z-]+',
  ].join('|')})$`,
)

/** Lets nothing go to the OP by which it could know somebody. */
export function dropCredentials({ exchange }: FastifyRequest): void {
  const { upstreamHeaders } = exchange
  exchange.upstreamHeaders = Object.fromEntries(
    // guard: harmless-headers
    Object.entries(upstreamHeaders).filter(([name]) => harmless.test(name)),
  )
}

/**
 * Lets go to the OP, of all by which it could know somebody, only what the probe asked with: the session's cookies, and
 * no text or header beside them that could be read as another session.
 */
export function keepProbedSession({ exchange }: FastifyRequest, { cookies }: PageCredentialsPorts): void {
  const cookie = separateCookies([exchange.upstreamHeaders['cookie']].flat().join('; '), cookies)
  const others = Object.entries(exchange.upstreamHeaders).filter(
    ([name]) =>
      harmless.test(name) ||
      (name !== 'cookie' && /* guard: headers-that-name-users */ !couldNameUser(name, cookies)),
  )
  exchange.upstreamHeaders = { ...Object.fromEntries(others), ...(cookie !== undefined && { cookie }) }
}

/**
 * The probe knows a user by the session cookies. What could tell the OP somebody else is refused: a session or token in
 * the URL or in the body (RFC 6750 2.2, 2.3), and an Authorization header that does not name the same user.
 *
 * @param user undefined where nobody is signed in.
 * @throws {Refusal} `ambiguous_target`, `malformed_parameters`, `sign_in_first`
 */
export function refuseOtherCredentials(
  { exchange, headers }: FastifyRequest,
  { cookies, subjectClaim }: PageCredentialsPorts,
  user: User | undefined,
): void {
  // guard: session-in-url
  if (couldHoldSession(exchange.target, cookies, user !== undefined)) {
    throw new Refusal('ambiguous_target', 'a protected page, and a session or token in its URL')
  }
  // guard: session-in-body
  if (exchange.body && couldBodyHoldSession(exchange.body, headers, cookies)) {
    throw new Refusal('malformed_parameters', 'a protected page, and a session or token in what was sent')
  }
  const { authorization } = headers
  if (authorization === undefined) return
  const token = /^(?:bearer|dpop) +([^ ,]+)$/i.exec(authorization)?.[1]
  const reading = readIdToken(token)
  const owner = reading.kind === 'read' ? reading.claims[subjectClaim] : undefined
  // guard: credentials-of-the-user
  if (user === undefined || owner !== user.subject) {
    throw new Refusal('sign_in_first', 'a protected page, and credentials that are not those of the session')
  }
}
