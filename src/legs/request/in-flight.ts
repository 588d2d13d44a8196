import { hashOf } from '../../hash.ts'
import type { Browser } from '../../http/browser.ts'
import { correlationKey } from '../../oauth/authorization-response.ts'
import { omitAbsent } from '../../omit-absent.ts'
import { isYounger } from '../../policy/age.ts'
import type { GoverningPolicy, Policies } from '../../policy/policies.ts'
import type { InFlightRequest } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { drivingMs } from '../../step-up/drive.ts'
import { sentFrom } from '../../store/owners.ts'
import type { ForwardedAuthorization } from '../learned.ts'
import { askForBoth, asksNoMore, findAlike, indexRequest } from './alike-requests.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/** What a browser can send as a target (`parseTarget`), less what the gateway puts into it. */
const maxTargetLength = 14 * 1024

/** An authorization request and whose it is. */
export interface Arrived {
  /** Origin-form target of the same request by GET. */
  readonly target: string
  readonly resolved: ResolvedRequest
  readonly policy: GoverningPolicy
  /** All ids of the browser that sent it, that under which it is kept first; none in a browser that keeps no cookie. */
  readonly browserIds: readonly string[]
  readonly browser: Browser
  /** It was posted by a page of the OP's own: a login or consent form that goes on with an earlier request. */
  readonly isOwnForm: boolean
}

/**
 * Writes an authorization request down, to be found again by its browser and by the redirect URI and state of its
 * answer. One that the gateway itself just sent the browser to goes on with what is known of it, and so does a form of
 * the OP's own: what may have to be repeated is what the client asked for.
 */
export async function recordInFlight(
  { policies, records, now }: Pick<Services, 'policies' | 'records' | 'now'>,
  { target, resolved, policy, browserIds, browser: { address }, isOwnForm }: Arrived,
): Promise<ForwardedAuthorization> {
  const asked = describeRequest(resolved, target, policy, now())
  const correlation = findCorrelation(resolved, policies, asked.clientId)
  const state = resolved.parameters.get('state')
  const known = { policy, browserIds, state, correlation }
  const [browser] = browserIds
  if (correlation === undefined || browser === undefined) return { ...known, request: asked }
  const { found: alike } = await findAlike(records, browserIds, correlation)
  const driven = alike.find(
    ({ request: { driving } }) =>
      driving?.target === target && isYounger(driving.until - drivingMs, drivingMs, now()),
  )
  if (driven) return { ...known, request: driven.request, inFlight: driven.id }
  const continued = /* guard: forms-go-on */ isOwnForm
    ? alike.findLast(({ request }) => request.clientId === asked.clientId)
    : undefined
  const id = continued?.id ?? hashOf(browser, correlation, target)
  const next = (earlier: InFlightRequest): InFlightRequest =>
    continued ? continueWith(earlier, asked) : repeat(earlier, asked)
  const owner = sentFrom(address)
  const isNew = await records.inFlight.add(id, asked, owner)
  const request = (isNew ? undefined : await records.inFlight.update(id, next)) ?? asked
  await indexRequest(records, hashOf(browser, correlation), id, owner)
  return { ...known, request, inFlight: id }
}

/** The same request once more, a reload: it is judged anew, unless the user returns to the application. */
function repeat({ kept }: InFlightRequest, asked: InFlightRequest): InFlightRequest {
  return { ...asked, ...(kept?.decision.reason === 'not_verified' && { kept }) }
}

/** A form may ask for more than the request that it goes on with: the rules see both. */
function continueWith(earlier: InFlightRequest, form: InFlightRequest): InFlightRequest {
  const { kept, ...request } = earlier
  const both = askForBoth(request, form)
  const isMore = !asksNoMore(form, earlier)
  return { ...both, ...(kept && (!isMore || kept.decision.reason === 'not_verified') && { kept }) }
}

/** Where the answer goes: what the request says, or the only redirect URI of its client. */
function findCorrelation(
  { parameters }: ResolvedRequest,
  policies: Policies,
  clientId: string,
): string | undefined {
  const [onlyUri, ...others] = policies.ofClient(clientId).redirectUris
  const redirectUri = parameters.get('redirect_uri') ?? (others.length === 0 ? onlyUri : undefined)
  return redirectUri === undefined ? undefined : correlationKey(redirectUri, parameters.get('state'))
}

function describeRequest(
  { parameters, source, expiresAt }: ResolvedRequest,
  target: string,
  policy: GoverningPolicy,
  now: number,
): InFlightRequest {
  const isRepeatable = (source === 'plain' || source === 'pushed') && isShort(target)
  // As the store keeps it: what is recorded is compared with what was asked.
  return omitAbsent({
    clientId: parameters.get('client_id') ?? policy.clientId,
    scope: parameters.get('scope')?.split(' ') ?? [],
    responseType: parameters.get('response_type') ?? 'code',
    startedAt: now,
    drives: 0,
    target: isRepeatable ? target : undefined,
    targetUntil: expiresAt,
    acrValues: parameters.get('acr_values'),
    prompt: parameters.get('prompt'),
    uiLocales: parameters.get('ui_locales'),
  })
}

/**
 * A pushed request may be used once (RFC 9126 7.3): when the OP has seen it, it can be repeated only by what was pushed,
 * where the OP takes that.
 *
 * @param target of the request.
 */
export async function markForwarded(
  { records, provider }: Pick<Services, 'records' | 'provider'>,
  { source, plainQuery }: ResolvedRequest,
  { inFlight }: ForwardedAuthorization,
  target: string,
): Promise<void> {
  if (source !== 'pushed' || inFlight === undefined) return
  const isTaken = provider.metadata.require_pushed_authorization_requests !== true
  const plain = isTaken && plainQuery !== undefined ? `${target.split('?', 1)}?${plainQuery}` : undefined
  await records.inFlight.update(inFlight, ({ target: _pushed, targetUntil: _end, ...request }) =>
    omitAbsent({ ...request, target: plain && isShort(plain) ? plain : undefined }),
  )
}

const isShort = (target: string): boolean => /* guard: target-length */ target.length <= maxTargetLength
