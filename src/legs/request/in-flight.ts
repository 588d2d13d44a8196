import { anyPathOf } from '../../config/redirect-uri-key.ts'
import { hashOf } from '../../hash.ts'
import type { Browser } from '../../http/browser.ts'
import { correlationKey } from '../../oauth/authorization-response.ts'
import { authorizationParameters } from '../../oauth/oauth-parameters.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import { parsePrompt } from '../../oauth/prompt.ts'
import { omitAbsent } from '../../omit-absent.ts'
import { isYounger } from '../../policy/age.ts'
import type { GoverningPolicy, Policies } from '../../policy/policies.ts'
import type { InFlightRequest } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { drivingMs } from '../../step-up/drive.ts'
import { sentFrom } from '../../store/owners.ts'
import type { ForwardedAuthorization } from '../learned.ts'
import { askForBoth, asksNoMore, type Found, findAlike, indexRequest } from './alike-requests.ts'
import type { Repeatable } from './repeatable-request.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/** What an OP takes out of a request when it was done, or the gateway raises; what stands for other parameters. */
const mayChange: ReadonlySet<string> = new Set([
  ...['prompt', 'max_age'],
  ...['client_id', 'request', 'request_uri'],
])

/** An authorization request and whose it is. */
export interface Arrived {
  /** Origin-form target of the same request by GET. */
  readonly target: string
  readonly resolved: ResolvedRequest
  readonly repeatable: Repeatable
  readonly policy: GoverningPolicy
  /** All ids of the browser that sent it, that under which it is kept first; none in a browser that keeps no cookie. */
  readonly browserIds: readonly string[]
  readonly browser: Browser
  /** It was posted by a page of the OP's own: a login or consent form that goes on with an earlier request. */
  readonly isOwnForm: boolean
  /** It came to another path than the authorization endpoint that the OP names: there logins return. */
  readonly isAtFurtherPath: boolean
}

/**
 * Writes an authorization request down, to be found again by its browser and by the redirect URI and state of its
 * answer. One that the gateway itself just sent the browser to goes on with what is known of it, and so does a form of
 * the OP's own: what may have to be repeated is what the client asked for. One to which the OP's login page leads began
 * when the client asked.
 */
export async function recordInFlight(
  { policies, records, now }: Pick<Services, 'policies' | 'records' | 'now'>,
  { target, resolved, repeatable, policy, browserIds, browser: from, isOwnForm, isAtFurtherPath }: Arrived,
): Promise<ForwardedAuthorization> {
  const arrived = describeRequest(resolved, repeatable, policy, now())
  const correlation = findCorrelation(resolved, policies, arrived.clientId)
  const { parameters, source } = resolved
  const query = source === 'plain' || source === 'object' ? parameters.toOAuthQuery() : undefined
  const known = { policy, browserIds, state: parameters.get('state'), correlation, query }
  const [browser] = browserIds
  if (correlation === undefined || browser === undefined) return { ...known, request: arrived }
  const { found: alike } = await findAlike(records, browserIds, correlation)
  const driven = alike.find(
    ({ request: { driving } }) =>
      driving?.target === target && isYounger(driving.until - drivingMs, drivingMs, now()),
  )
  // The OP sends the browser on with a request URI of its own.
  const goesOn = alike.find(({ id }) => id === resolved.inFlight)
  if (goesOn) return { ...known, request: goesOn.request, inFlight: goesOn.id }
  if (driven) return { ...known, request: driven.request, inFlight: driven.id, isFirst: true }
  const ownId = hashOf(browser, correlation, target)
  const starts = alike.filter(
    ({ id }) =>
      /* guard: returns-go-on */ isAtFurtherPath ||
      // What was pushed is one request, however often it comes.
      /* guard: reloads-start-anew */ (source === 'pushed' && id === ownId),
  )
  const asked = sinceItsStart(arrived, starts)
  const continued = /* guard: forms-go-on */ isOwnForm
    ? alike.findLast(({ request }) => request.clientId === asked.clientId)
    : undefined
  const id = continued?.id ?? ownId
  const next = (earlier: InFlightRequest): InFlightRequest =>
    continued ? continueWith(earlier, asked) : repeat(earlier, asked)
  const owner = sentFrom(from.address)
  const isNew = await records.inFlight.add(id, asked, owner)
  const request = (isNew ? undefined : await records.inFlight.update(id, next)) ?? asked
  await indexRequest(records, hashOf(browser, correlation), id, owner)
  return { ...known, request, inFlight: id, isFirst: alike.length === 0 }
}

/**
 * A request to which the OP's login page leads: it began with the one that it goes on with, by which its login is new
 * and how often it was repeated is counted. The OP may have taken the prompts out of it, and the gateway may have raised
 * its `max_age`; one that asks for a newer login is another.
 */
function sinceItsStart(arrived: InFlightRequest, starts: readonly Found[]): InFlightRequest {
  const isSame = ({ request: { asks, maxAge } }: Found): boolean =>
    /* guard: starts-of-the-same */ asks === arrived.asks &&
    /* guard: newer-logins */ (arrived.maxAge ?? Number.POSITIVE_INFINITY) >=
      (maxAge ?? Number.POSITIVE_INFINITY)
  const first = starts.findLast(isSame)?.request
  if (first === undefined) return arrived
  const { startedAt, drives, maxAge } = first
  return omitAbsent({ ...arrived, startedAt, drives, maxAge })
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
  const isOnlyOne = others.length === 0 && onlyUri !== undefined && onlyUri !== anyPathOf(onlyUri)
  const redirectUri = parameters.get('redirect_uri') ?? (isOnlyOne ? onlyUri : undefined)
  return redirectUri === undefined ? undefined : correlationKey(redirectUri, parameters.get('state'))
}

function describeRequest(
  { parameters }: ResolvedRequest,
  repeatable: Repeatable,
  policy: GoverningPolicy,
  now: number,
): InFlightRequest {
  const clientId = parameters.get('client_id') ?? policy.clientId
  const prompt = parameters.get('prompt')
  // As the store keeps it: what is recorded is compared with what was asked.
  return omitAbsent({
    clientId,
    scope: parameters.get('scope')?.split(' ') ?? [],
    responseType: parameters.get('response_type') ?? 'code',
    startedAt: now,
    drives: 0,
    ...repeatable,
    acrValues: parameters.get('acr_values'),
    prompt,
    uiLocales: parameters.get('ui_locales'),
    maxAge: parsePrompt(prompt).has('login') ? 0 : readSeconds(parameters.get('max_age')),
    asks: hashAsked(clientId, parameters),
  })
}

/** What is no number of seconds is for the OP to refuse. */
const readSeconds = (text = ''): number | undefined => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)

/** What an OP and the gateway leave as it is of a request that goes on. */
function hashAsked(clientId: string, parameters: Parameters): string {
  const names = [...authorizationParameters].filter((name) => !mayChange.has(name) && parameters.has(name))
  return hashOf(clientId, JSON.stringify(names.map((name) => [name, parameters.all(name)])))
}

/** A pushed request may be used once (RFC 9126 7.3): when the OP has seen it, it is repeated by what was pushed, or not. */
export async function markForwarded(
  { records }: Pick<Services, 'records'>,
  { source, inFlight: goesOnWith }: ResolvedRequest,
  { inFlight }: ForwardedAuthorization,
): Promise<void> {
  if (source !== 'pushed' || inFlight === undefined || inFlight === goesOnWith) return
  await records.inFlight.update(inFlight, ({ target: _used, targetUntil: _end, ...request }) => request)
}
