import type { ClientPolicy } from '../config/schema.ts'
import { correlationKey } from '../edge/authorization-response.ts'
import type { Parameters } from '../edge/parameters.ts'
import type { Policies } from '../policy/policies.ts'
import type { InFlightRequest, Records } from '../step-up/records.ts'
import type { AuthorizationExchange } from './exchange.ts'
import type { ResolvedRequest } from './resolve-request.ts'

export interface InFlightPorts {
  readonly policies: Policies
  readonly records: Records
  readonly now: () => number
}

/**
 * Writes an authorization request down, to be found again by the redirect URI and state of its response. One that the
 * gateway itself just sent the browser to goes on with what is known of it.
 *
 * @param target origin-form target of the request.
 */
export async function recordInFlight(
  { policies, records, now }: InFlightPorts,
  target: string,
  resolved: ResolvedRequest,
  policy: ClientPolicy,
): Promise<AuthorizationExchange> {
  const clientId = resolved.parameters.get('client_id') ?? policy.clientId
  const inFlight = findKey(resolved.parameters, policies.ofClient(clientId))
  const asked = describeRequest(resolved, target, clientId, now())
  const state = resolved.parameters.get('state')
  const exchange = { policy, ...(state !== undefined && { state }) }
  if (inFlight === undefined) return { ...exchange, request: asked }
  const isDriven = ({ driving }: InFlightRequest): boolean =>
    driving?.target === target && driving.until > now()
  const isNew = await records.inFlight.add(inFlight, asked)
  const known = isNew
    ? undefined
    : await records.inFlight.update(inFlight, (current) =>
        isDriven(current) ? current : combine(current, asked, policies),
      )
  return { ...exchange, request: known ?? asked, inFlight }
}

/**
 * Two requests whose responses could not be told apart: the OP may still answer the earlier one. What is asked for is
 * what either asks for, so that a smaller request does not stand for a larger one. The way back to the application may
 * lead over a consent form that is posted to the authorization endpoint: that it ends in an error stays decided.
 */
function combine(earlier: InFlightRequest, later: InFlightRequest, policies: Policies): InFlightRequest {
  const acrValues = [
    ...new Set([earlier.acrValues, later.acrValues].flatMap((text) => text?.split(' ') ?? [])),
  ]
  const isEnforced = ({ clientId }: InFlightRequest): boolean =>
    policies.ofClient(clientId).mode === 'enforce'
  const isStricter = isEnforced(earlier) && !isEnforced(later)
  const { kept } = earlier
  return {
    ...later,
    clientId: isStricter ? earlier.clientId : later.clientId,
    scope: [...new Set([...later.scope, ...earlier.scope])],
    ...(acrValues.length > 0 && { acrValues: acrValues.join(' ') }),
    ...(kept?.decision.reason === 'not_verified' && { kept }),
  }
}

/**
 * A request without state can't be told from another one of its client: that of a listed client is not found again,
 * that of another one tells at least which client it is.
 */
function findKey(parameters: Parameters, policy: ClientPolicy): string | undefined {
  const [onlyUri, ...others] = policy.redirectUris
  const redirectUri = parameters.get('redirect_uri') ?? (others.length === 0 ? onlyUri : undefined)
  const state = parameters.get('state')
  if (redirectUri === undefined) return undefined
  if (state === undefined && policy.redirectUris.length > 0) return undefined
  return correlationKey(redirectUri, state ?? '')
}

function describeRequest(
  { parameters, source, expiresAt }: ResolvedRequest,
  target: string,
  clientId: string,
  now: number,
): InFlightRequest {
  const acrValues = parameters.get('acr_values')
  const prompt = parameters.get('prompt')
  const uiLocales = parameters.get('ui_locales')
  const isRepeatable = (source === 'plain' || source === 'pushed') && parameters.get('state') !== undefined
  return {
    clientId,
    scope: parameters.get('scope')?.split(' ') ?? [],
    startedAt: now,
    drives: 0,
    ...(isRepeatable && { target }),
    ...(expiresAt !== undefined && { targetUntil: expiresAt }),
    ...(acrValues !== undefined && { acrValues }),
    ...(prompt !== undefined && { prompt }),
    ...(uiLocales !== undefined && { uiLocales }),
  }
}

/** A pushed request may be used once (RFC 9126 7.3): when the OP has seen it, it can't be repeated. */
export async function markForwarded(
  { records }: InFlightPorts,
  resolved: ResolvedRequest,
  { inFlight }: AuthorizationExchange,
): Promise<void> {
  if (resolved.source !== 'pushed' || inFlight === undefined) return
  await records.inFlight.update(inFlight, ({ target, ...request }) => request)
}
