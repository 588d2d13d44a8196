import { authorizationParameters } from '../../oauth/oauth-parameters.ts'
import { type Parameters, parseParameters } from '../../oauth/parameters.ts'
import { readObjectEnd, readRequestObject } from '../../oauth/request-object.ts'
import type { Records } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'

/** What an authorization request asks for, wherever it says so (RFC 6749, RFC 9101, RFC 9126). */
export interface ResolvedRequest {
  /** The parameters that the OP goes by, as far as they can be known. */
  readonly parameters: Parameters
  /** `opaque`: what counts is in an encrypted object, at a web address, or in a pushed request that was not seen. */
  readonly source: 'plain' | 'object' | 'pushed' | 'opaque'
  /** The request says one thing outside of the object or the pushed request and another inside. */
  readonly isContradictory: boolean
  /** When a pushed request ends, or a request object, in epoch milliseconds. */
  readonly expiresAt?: number | undefined
  /** What was pushed, or stands in an object, as the query of a plain request. */
  readonly plainQuery?: string | undefined
  /** It is in a request object, also where that was pushed. */
  readonly isObject?: boolean
  /** The key of the request in flight for which the OP itself has kept this one. */
  readonly inFlight?: string | undefined
}

/**
 * Takes in what a request only refers to. Nothing is ever fetched.
 *
 * @throws {Refusal} `ambiguous_parameters` for `request` and `request_uri` at once (RFC 9101 5).
 */
export async function resolveRequest(records: Records, outer: Parameters): Promise<ResolvedRequest> {
  const object = outer.get('request')
  const uri = outer.get('request_uri')
  // guard: request-and-request-uri
  if (object !== undefined && uri !== undefined) {
    throw new Refusal('ambiguous_parameters', 'request and request_uri at once')
  }
  if (uri !== undefined) return resolvePushed(records, outer, uri)
  return object === undefined
    ? { parameters: outer, source: 'plain', isContradictory: false }
    : resolveObject(outer, object)
}

const opaque = (outer: Parameters): ResolvedRequest => ({
  parameters: outer,
  source: 'opaque',
  isContradictory: false,
})

async function resolvePushed(records: Records, outer: Parameters, uri: string): Promise<ResolvedRequest> {
  const pushed = await records.pushedRequests.get(uri).catch(() => undefined)
  if (!pushed) return opaque(outer)
  const inner = parseParameters({ query: pushed.query }, 'authorization')
  const within = inner.get('request') === undefined ? undefined : await resolveRequest(records, inner)
  if (within?.source === 'opaque') return opaque(outer)
  const parameters = within?.parameters ?? inner
  return {
    parameters,
    source: 'pushed',
    isContradictory: within?.isContradictory === true || contradicts(outer, parameters),
    expiresAt: pushed.expiresAt,
    inFlight: pushed.inFlight,
    plainQuery: describePlain(parameters, outer),
    isObject: within !== undefined,
  }
}

/** A client may name itself to the OP by its credentials alone when it pushes. */
function describePlain(inner: Parameters, outer: Parameters): string {
  const clientIds = inner.has('client_id') ? [] : outer.all('client_id')
  return [inner.toOAuthQuery(), ...clientIds.map((id) => `client_id=${encodeURIComponent(id)}`)].join('&')
}

function resolveObject(outer: Parameters, object: string): ResolvedRequest {
  const claims = readRequestObject(object)
  // guard: objects-in-objects
  if (!claims || claims.has('request') || claims.has('request_uri')) return opaque(outer)
  const scope = uniteScopes(outer.get('scope'), claims.get('scope'))
  const query = outer.toQuery(new Map([['request', undefined], ...claims, ['scope', scope]]))
  const parameters = parseParameters({ query }, 'authorization')
  return {
    parameters,
    source: 'object',
    isContradictory: contradicts(outer, parameters),
    expiresAt: readObjectEnd(object),
    plainQuery: parameters.toOAuthQuery(),
    isObject: true,
  }
}

/** RFC 6749 3.3. */
const scopes = /^[!#-[\]-~ ]*$/

/** OpenID Connect wants `openid` outside whatever stands inside (Core 6.1), which other OPs go by alone (RFC 9101 6.3). */
function uniteScopes(outer: string | undefined, inner: string | undefined): string | undefined {
  if (inner === undefined || outer === undefined) return inner ?? outer
  // guard: scopes-that-are-none
  if (!scopes.test(inner)) return inner
  return [...new Set([...inner.split(' '), ...outer.split(' ').filter((scope) => scope === 'openid')])].join(
    ' ',
  )
}

/** OPs differ in which of two values counts (RFC 9101 6.3, OIDC Core 6.1). Outside may stand less of the scope. */
function contradicts(outer: Parameters, inner: Parameters): boolean {
  return [...outer.names].some(
    (name) =>
      authorizationParameters.has(name) &&
      name !== 'request' &&
      name !== 'request_uri' &&
      outer.has(name) &&
      outer.get(name) !== inner.get(name) &&
      !(name === 'scope' && isWithin(outer.get(name), inner.get(name))),
  )
}

const isWithin = (outer = '', inner = ''): boolean =>
  outer.split(' ').every((scope) => inner.split(' ').includes(scope))
