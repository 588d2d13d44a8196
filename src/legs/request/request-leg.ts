import { isDeepStrictEqual } from 'node:util'
import type { FastifyRequest } from 'fastify'
import { check, type Forecastable, tell } from '../../forecast.ts'
import type { Browser } from '../../http/browser.ts'
import { isNavigation } from '../../http/navigation.ts'
import { challengePath } from '../../http/own-paths.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import { parsePrompt } from '../../oauth/prompt.ts'
import type { Decision } from '../../policy/decide.ts'
import type { GoverningPolicy, Policies } from '../../policy/policies.ts'
import { onlyByBrowser, type ProbeResult } from '../../policy/probe-result.ts'
import { epochOf } from '../../records/epochs.ts'
import { type Case, type InFlightRequest, keptMs } from '../../records/records.ts'
import { Refusal } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import { describeCase } from '../../step-up/case.ts'
import { type JudgeServices, judge } from '../../step-up/judge.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { describeAsked } from '../asked-response.ts'
import type { AskedResponse, ForwardedAuthorization } from '../learned.ts'
import { requireListedRedirectUri } from '../listed-redirect-uri.ts'
import { requireExact } from '../loose-request.ts'
import { isFitForOp } from './fit-request.ts'
import { markForwarded, recordInFlight } from './in-flight.ts'
import { requireReadable } from './readable-request.ts'
import { findRepeatable } from './repeatable-request.ts'
import { type ResolvedRequest, resolveRequest } from './resolve-request.ts'

/** Parameters under which the OP may answer for another login than the one that the probe sees now. */
const undecidable = ['max_age', 'acr_values', 'claims', 'id_token_hint']

export type RequestLegServices = JudgeServices & Forecastable & Pick<Services, 'provider'>

/** One authorization request and who sends it. */
export interface AuthorizationRequest {
  readonly raw: FastifyRequest
  /** Origin-form target, if the request can be repeated as it is. */
  readonly target: string
  readonly parameters: Parameters
  /** What of the parameters OPs could read differently. */
  readonly faults: readonly Refusal[]
  readonly browser: Browser
  /** The browser's ids, that under which the request is kept first; none where it keeps no cookie. */
  readonly browserIds: readonly string[]
  /** A page of the OP's own posts it: a login or consent form. */
  readonly isOwnForm: boolean
  /** Asks the OP who the user is. */
  readonly probe: (mayAskBrowser: boolean) => Promise<ProbeResult>
  /** The URL at which the browser itself asks; undefined where it was sent there too often. */
  readonly askThroughBrowser: () => Promise<string | undefined>
}

export type RequestAnswer =
  /** `isRecorded`: the browser has to be known again when its answer comes. */
  | { readonly kind: 'untouched'; readonly asked: AskedResponse; readonly isRecorded?: boolean }
  | { readonly kind: 'forward'; readonly authorization: ForwardedAuthorization; readonly probe?: ProbeResult }
  /** The browser goes elsewhere first: to our own path of a challenge, or to the URL of the question who its user is. */
  | { readonly kind: 'detour'; readonly to: string }

/**
 * The request leg: records an authorization request of a protected client in flight and, where that is safe,
 * decides before the OP makes a code. Whatever it does not decide, the response leg decides.
 */
export async function onAuthorizationRequest(
  services: RequestLegServices,
  it: AuthorizationRequest,
): Promise<RequestAnswer> {
  const resolved = await resolveRequest(services.records, it.parameters)
  const policy = await check(services, it.raw, (all) => admit(all, it, resolved))
  if (policy.mode === 'off') return passUntouched(services, it, resolved, policy)
  if (policy.mode === 'monitor') return watch(services, it, resolved, policy)
  return decideOrForward(services, it, resolved, policy)
}

/**
 * The policy that governs a request, which has what that asks for: nobody signs in or steps up for an answer that is
 * refused.
 *
 * @throws {Refusal} for a request of a protected client that has not.
 */
function admit(
  services: Pick<RequestLegServices, 'config' | 'policies' | 'audit'>,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
): GoverningPolicy {
  const policy = findPolicy(services.policies, it.parameters, resolved)
  noteConcern({ policy })
  // What a request only refers to may name another client.
  const clientIds = resolved.source === 'plain' ? it.parameters.all('client_id') : []
  requireExact(services, policy, clientIds, it.faults)
  if (policy.mode !== 'enforce') return policy
  requireKnown(resolved)
  requireReadable(resolved, policy)
  // guard: asked-for-redirect-uris
  requireListedRedirectUri(services, policy, resolved.parameters.get('redirect_uri'))
  return policy
}

/** A pushed request that is not known took too long, or came past the gateway: a user who starts anew gets through. */
function requireKnown({ source, parameters }: ResolvedRequest): void {
  if (source === 'opaque' && parameters.get('request_uri')?.startsWith('urn:'))
    throw new Refusal('restart', 'a pushed request that is not known, or took too long')
}

/**
 * A client that is off is only written down where its redirect URI could be taken for a listed one: by its request it is
 * known when its answer comes.
 */
async function passUntouched(
  services: RequestLegServices,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
  policy: GoverningPolicy,
): Promise<RequestAnswer> {
  const untouched = { kind: 'untouched', asked: describeAsked(resolved.parameters) } as const
  if (!services.policies.areNextDoor(policy.policyIds, resolved.parameters.get('redirect_uri')))
    return untouched
  const isRecorded = await record(services, it, resolved, policy).then(
    () => true,
    () => false,
  )
  return { ...untouched, isRecorded }
}

/** `monitor` changes nothing, not even where the gateway itself fails. */
async function watch(
  services: RequestLegServices,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
  policy: GoverningPolicy,
): Promise<RequestAnswer> {
  try {
    return await decideOrForward(services, it, resolved, policy)
  } catch (error) {
    tell(services, it.raw, error)
    return { kind: 'untouched', asked: describeAsked(resolved.parameters) }
  }
}

async function decideOrForward(
  services: RequestLegServices,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
  policy: GoverningPolicy,
): Promise<RequestAnswer> {
  const authorization = await record(services, it, resolved, policy)
  const answer = await decideEarly(services, it, resolved, authorization)
  if (answer.kind === 'forward') await markForwarded(services, resolved, authorization)
  return answer
}

/** A login page leads back to the authorization endpoint, or to a path of its own (`provider.authorizePaths`). */
function record(
  services: RequestLegServices,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
  policy: GoverningPolicy,
): Promise<ForwardedAuthorization> {
  const { metadata } = services.provider
  const { pathname } = new URL(metadata.authorization_endpoint)
  const isAtFurtherPath = it.raw.exchange.target.path.toLowerCase() !== pathname.toLowerCase()
  const repeatable = findRepeatable(metadata, resolved, it.target)
  return recordInFlight(services, { ...it, resolved, repeatable, policy, isAtFurtherPath })
}

/** The strictest of the policies that either reading of the request names. */
function findPolicy(
  policies: Policies,
  outer: Parameters,
  { parameters: inner, source }: ResolvedRequest,
): GoverningPolicy {
  const named = (name: string): string[] =>
    [outer.get(name), /* guard: both-readings */ inner.get(name)].filter((value) => value !== undefined)
  const [redirectUri, other = redirectUri] = named('redirect_uri')
  const clientIds = [...new Set(named('client_id'))]
  // What can't be read may be another client's.
  const known = source === 'opaque' ? [] : clientIds
  const governAt = (uri: string | undefined): GoverningPolicy =>
    policies.govern(clientIds, policies.areNextDoor(known, uri) ? undefined : uri)
  const policy = governAt(redirectUri)
  return other === redirectUri ? policy : policies.govern([...policy.policyIds, ...governAt(other).policyIds])
}

async function decideEarly(
  services: RequestLegServices,
  it: AuthorizationRequest,
  resolved: ResolvedRequest,
  authorization: ForwardedAuthorization,
): Promise<RequestAnswer> {
  const prompts = parsePrompt(resolved.parameters.get('prompt'))
  const { inFlight } = authorization
  // What can't be found again is decided once, when its answer comes.
  if (
    inFlight === undefined ||
    authorization.request.kept ||
    !isDecidableNow(services, it, resolved, prompts)
  ) {
    return { kind: 'forward', authorization }
  }
  const isSilent = prompts.has('none')
  const probe = await it.probe(authorization.policy.mode === 'enforce' && !isSilent)
  if (!probe.known) return detourOrForward(it, authorization, probe)
  const asked = describeCase({ ...authorization, identity: probe.identity }, services.config.provider)
  // If the user is forgotten while this is decided, it is decided anew.
  const since = await services.epochs.idOf(epochOf.subject(asked.user.subject))
  const { decision, stepUpId } = await judge(services, asked, {
    policy: authorization.policy,
    leg: 'request',
    browser: it.browser,
    atRelease: false,
    tabs: [{ case: asked, isAnswered: false }],
    ...(isSilent && { noInteraction: 'prompt_none' }),
  })
  if (stepUpId !== undefined)
    return { kind: 'detour', to: challengePath(services.config.pathPrefix, stepUpId) }
  const request = await keepDecision(services, { ...authorization, inFlight }, asked, { decision, since })
  return { kind: 'forward', authorization: { ...authorization, request }, probe }
}

/** A user whom the probe does not know signs in at the OP; what only the browser can find out, it finds out before. */
async function detourOrForward(
  it: AuthorizationRequest,
  authorization: ForwardedAuthorization,
  probe: ProbeResult & { readonly known: false },
): Promise<RequestAnswer> {
  const to = probe.reason === onlyByBrowser ? await it.askThroughBrowser() : undefined
  return to === undefined ? { kind: 'forward', authorization, probe } : { kind: 'detour', to }
}

function isDecidableNow(
  services: Pick<Services, 'policies' | 'provider'>,
  { raw }: AuthorizationRequest,
  resolved: ResolvedRequest,
  prompts: ReadonlySet<string>,
): boolean {
  const { parameters, source } = resolved
  if (source === 'object' || source === 'opaque') return false
  // Nobody steps up for a request that the OP then refuses.
  if (!isFitForOp(services.policies, services.provider.metadata, resolved)) return false
  if (undecidable.some((name) => parameters.has(name))) return false
  if ([...prompts].some((prompt) => prompt !== 'none' && prompt !== 'consent')) return false
  return isNavigation(raw.method, raw.headers)
}

/** For the response leg, so that Authsignal is not asked twice. A pass is spent there, and its decision made anew. */
async function keepDecision(
  { records, now }: RequestLegServices,
  { request, inFlight }: ForwardedAuthorization & { readonly inFlight: string },
  { user }: Case,
  made: { readonly decision: Decision; readonly since: string | undefined },
): Promise<InFlightRequest> {
  const { decision } = made
  const restsOnPass = decision.reason === 'pass' || decision.reason === 'enrolment_skipped'
  if (restsOnPass) return request
  const { subject, session } = user
  const kept = { subject, session, ...made, until: now() + keptMs }
  // Another request in its place asks for something else.
  const kin = await records.inFlight.update(inFlight, (current) =>
    /* guard: kept-for-its-own-request */ isDeepStrictEqual(current, request)
      ? { ...current, kept }
      : undefined,
  )
  return kin ?? request
}
