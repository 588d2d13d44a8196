import { hashOf } from '../hash.ts'
import type { GoverningPolicy } from '../policy/policies.ts'
import type { Identity } from '../probe/identity.ts'
import { epochOf } from '../records/epochs.ts'
import type { Case, InFlightRequest, User } from '../records/records.ts'

/** What a response or request says about its authorization request, as far as it is known. */
export interface Asked {
  readonly policy: GoverningPolicy
  readonly identity: Identity
  readonly request?: InFlightRequest
  readonly inFlight?: string
}

/** @param compare names of the claims that a token response must repeat (`provider.compare`). */
export function describeCase(asked: Asked, compare: readonly string[]): Case {
  const { policy, identity, request, inFlight } = asked
  return {
    clientId: request?.clientId ?? policy.clientId,
    policyIds: policy.policyIds,
    user: describeUser(identity, compare),
    ...(request && { scope: request.scope }),
    ...(request?.acrValues !== undefined && { acrValues: request.acrValues }),
    ...(request?.prompt !== undefined && { prompt: request.prompt }),
    ...(request?.uiLocales !== undefined && { uiLocales: request.uiLocales }),
    ...(inFlight !== undefined && { inFlight }),
  }
}

/** Whether a client's response is judged whose request nobody saw. */
export const isRequestUnknown = ({ page, scope }: Case): boolean => page === undefined && scope === undefined

/**
 * The same where no client asks: for a page of the OP, or one of our own.
 *
 * @param page the protected path, or that of our page.
 */
export function describePageCase(identity: Identity, page: string, compare: readonly string[]): Case {
  return { clientId: '', policyIds: [], page, user: describeUser(identity, compare) }
}

function describeUser(identity: Identity, compare: readonly string[]): User {
  const { subject, amr, acr, username, email, phoneNumber, displayName, locale } = identity
  const { sid, authTime, claims } = identity
  const known = compare.filter((name) => Object.hasOwn(claims, name))
  const { sub } = claims
  const hasSession = sid !== undefined || authTime !== undefined
  return {
    subject,
    epochs: [...(sid === undefined ? [] : [epochOf.session(sid)]), epochOf.user(String(sub))],
    amr,
    compare: Object.fromEntries(known.map((name) => [name, claims[name]])),
    ...(hasSession && { session: hashOf(sid, authTime?.toString()) }),
    ...(acr !== undefined && { acr }),
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(phoneNumber !== undefined && { phoneNumber }),
    ...(displayName !== undefined && { displayName }),
    ...(locale !== undefined && { locale }),
  }
}
