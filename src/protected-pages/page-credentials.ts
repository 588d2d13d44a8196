import type { FastifyRequest } from 'fastify'
import { separateCookies, sessionCookiesOf } from '../http/cookies.ts'
import type { HeaderFields } from '../http/exchange.ts'
import { readIdToken } from '../oauth/token-response.ts'
import type { User } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { couldNameUser } from './credential-headers.ts'
import { couldBodyHoldSession } from './session-in-body.ts'
import { couldHoldSession } from './session-in-url.ts'

/** Request headers by which no OP knows a user. */
const harmless = new RegExp(
  `^(?:${[
    'host|x-forwarded-(?:for|host|proto|port)|user-agent|referer|origin|accept(?:-[a-z]+)*',
    'access-control-request-[a-z-]+|sec-[a-z-]+|upgrade-insecure-requests|dnt|x-requested-with',
    'content-(?:type|length|language)|cache-control|pragma|range|if-[a-z-]+',
  ].join('|')})$`,
)

/** The headers by which the OP can identify nobody. */
export function dropCredentials(headers: HeaderFields): HeaderFields {
  // guard: harmless-headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.test(name)))
}

/**
 * Of the headers by which the OP could identify somebody, only what the probe sent: the session's cookies, and no other
 * text or header that could be read as a session.
 */
export function keepProbedSession({ config }: Pick<Services, 'config'>, headers: HeaderFields): HeaderFields {
  const { cookies } = config.provider.probe
  const cookie = separateCookies([headers['cookie']].flat().join('; '), sessionCookiesOf(config.provider))
  const others = Object.entries(headers).filter(
    ([name]) =>
      harmless.test(name) ||
      (name !== 'cookie' && /* guard: headers-that-name-users */ !couldNameUser(name, cookies)),
  )
  return { ...Object.fromEntries(others), ...(cookie !== undefined && { cookie }) }
}

/**
 * The probe identifies a user by the session cookies. What could identify somebody else to the OP is refused: a session
 * or token in the URL or in the body (RFC 6750 2.2, 2.3), and an Authorization header that does not name the same user.
 *
 * @param body all that goes along, if it was read.
 * @param user undefined where nobody is signed in.
 * @throws {Refusal} `ambiguous_target`, `malformed_parameters`, `sign_in_first`
 */
export function refuseOtherCredentials(
  { config }: Pick<Services, 'config'>,
  { exchange, headers }: FastifyRequest,
  body: Buffer | undefined,
  user: User | undefined,
): void {
  const { subject, probe } = config.provider
  const { cookies } = probe
  // guard: session-in-url
  if (couldHoldSession(exchange.target, cookies, user !== undefined)) {
    throw new Refusal('ambiguous_target', 'a protected page, and a session or token in its URL')
  }
  // guard: session-in-body
  if (body && couldBodyHoldSession(body, headers, cookies)) {
    throw new Refusal('malformed_parameters', 'a protected page, and a session or token in what was sent')
  }
  const { authorization } = headers
  if (authorization === undefined) return
  const token = /^(?:bearer|dpop) +([^ ,]+)$/i.exec(authorization)?.[1]
  const reading = readIdToken(token)
  const owner = reading.kind === 'read' ? reading.claims[subject] : undefined
  // guard: credentials-of-the-user
  if (user === undefined || owner !== user.subject) {
    throw new Refusal('sign_in_first', 'a protected page, and credentials that are not those of the session')
  }
}
