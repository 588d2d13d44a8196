import type { Config } from '../config/schema/schema.ts'
import { hashOf } from '../hash.ts'
import type { Identity } from '../policy/identity.ts'
import type { GoverningPolicy } from '../policy/policies.ts'
import { epochOf } from '../records/epochs.ts'
import type { Case, InFlightRequest, User } from '../records/records.ts'
import type { RefusalOwner } from '../refusal.ts'

/** What a response or request says about its authorization request, as far as it is known. */
export interface Asked {
  readonly policy: GoverningPolicy
  readonly identity: Identity
  /** As `afterRenewal` tells. */
  readonly renews?: Identity | undefined
  readonly request?: InFlightRequest | undefined
  readonly inFlight?: string | undefined
}

/** Which claims tell sessions apart, and which a token response must repeat. */
type ClaimRules = Pick<Config['provider'], 'session' | 'compare'>

export function describeCase(asked: Asked, rules: ClaimRules): Case {
  const { policy, identity, renews, request, inFlight } = asked
  const user = describeUser(identity, rules)
  return {
    clientId: request?.clientId ?? policy.clientId,
    policyIds: policy.policyIds,
    user: renews ? { ...user, renews: describeUser(renews, rules) } : user,
    scope: request?.scope,
    acrValues: request?.acrValues,
    prompt: request?.prompt,
    uiLocales: request?.uiLocales,
    inFlight,
  }
}

/**
 * The same where no client asks: for a page of the OP, or one of our own.
 *
 * @param page the protected path, or that of our page.
 */
export function describePageCase(identity: Identity, page: string, rules: ClaimRules): Case {
  return { clientId: '', policyIds: [], page, user: describeUser(identity, rules) }
}

function describeUser(identity: Identity, { compare, session }: ClaimRules): User {
  const { subject, amr, acr, authTime, username, email, phoneNumber, displayName, locale } = identity
  const { claims } = identity
  const sid = session.includes('sid') ? identity.sid : undefined
  const sessionStart = session.includes('auth_time') ? authTime : undefined
  const known = compare.filter((name) => Object.hasOwn(claims, name))
  const { sub } = claims
  const hasSession = sid !== undefined || sessionStart !== undefined
  return {
    subject,
    session: hasSession ? hashOf(sid, sessionStart?.toString()) : undefined,
    epochs: [...(sid === undefined ? [] : [epochOf.session(sid)]), epochOf.user(String(sub))],
    amr,
    acr,
    authTime,
    username,
    email,
    phoneNumber,
    displayName,
    locale,
    compare: Object.fromEntries(known.map((name) => [name, claims[name]])),
  }
}

/** Whose request a step-up is about, for the line of a refusal. */
export const ownerOf = ({ clientId, page, user }: Case): RefusalOwner => ({
  ...(page === undefined ? { clientId } : { page }),
  user,
})

/** The same for a security event. */
export const describeConcern = ({ clientId, page, user }: Case) => ({
  client_id: page === undefined ? clientId : undefined,
  page,
  subject: user.subject,
})

/** The same case in the session that the OP has just renewed. */
export const beforeRenewal = (it: Case): Case | undefined => it.user.renews && { ...it, user: it.user.renews }

/** Whether a client's response is judged whose request nobody saw. */
export const isRequestUnknown = ({ page, scope }: Case): boolean => page === undefined && scope === undefined

/** Whether every scope asked for is among those that were stepped up for. An unknown scope is within no known one. */
export function isWithin(
  asked: readonly string[] | undefined,
  granted: readonly string[] | undefined,
): boolean {
  if (asked === undefined || granted === undefined) return asked === granted
  return asked.every((scope) => granted.includes(scope))
}

/** The epochs in which what a browser has shown for this case counts. */
export const epochNamesOf = ({ user }: Case, browser: string): string[] => [
  ...user.epochs,
  /* guard: forgotten-user */ epochOf.subject(user.subject),
  epochOf.browser(browser),
]
