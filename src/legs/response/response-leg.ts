import type { Browser } from '../../http/browser.ts'
import type { Delivery } from '../../http/delivery.ts'
import { challengePath } from '../../http/own-paths.ts'
import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import { parsePrompt } from '../../oauth/prompt.ts'
import { isYounger } from '../../policy/age.ts'
import type { AuthorizationError, Decision } from '../../policy/decide.ts'
import { errorDescriptionOf } from '../../policy/error-description.ts'
import type { GoverningPolicy } from '../../policy/policies.ts'
import { adviseAfterAnswer, onlyByBrowser, type ProbeResult } from '../../policy/probe-result.ts'
import { isTypeAllowed } from '../../policy/responses.ts'
import { type TokenVerification, verifyFrontChannel } from '../../provider/front-channel.ts'
import {
  type Case,
  type HeldResponse,
  keptMs,
  type User,
  type WaitingResponse,
} from '../../records/records.ts'
import { beforeRenewal, describeCase } from '../../step-up/case.ts'
import { type Judgement, type JudgeServices, judge } from '../../step-up/judge.ts'
import { carryProofs } from '../../step-up/proofs.ts'
import { recordRelease } from '../../step-up/release.ts'
import { goodUntil } from '../../step-up/resume.ts'
import { isAskedFor, requireAsked, responseTypeOf } from '../asked-response.ts'
import { type Addressee, type AnsweringExchange, findAddressee } from './addressee.ts'

export type ResponseLegServices = JudgeServices & TokenVerification

/** An authorization response in an answer of the OP, and the exchange in which it comes. */
export interface UpstreamAnswer extends AnsweringExchange {
  readonly response: AuthorizationResponse
  /** The Location that carries it, if one does. */
  readonly location?: string | undefined
  readonly browser: Browser
  /** A browser that shows pages asked, so that a challenge can be shown. */
  readonly isNavigation: boolean
  /** Asks the OP who the user is, once this response has set its cookies. */
  readonly probe: (search: ResponseSearch) => Promise<ProbeResult>
  /** The URL at which the browser itself asks, while the response waits; undefined where it was sent there too often. */
  readonly askThroughBrowser: (waits: WaitingResponse) => Promise<string | undefined>
}

export interface ResponseSearch {
  /** The key of the request that is answered. */
  readonly inFlight: string | undefined
  readonly mayAskBrowser: boolean
}

/** What of it is judged, and what is kept of it meanwhile. */
type ReadResponse = Pick<UpstreamAnswer, 'response' | 'browser' | 'isNavigation'> & {
  readonly held: HeldResponse | undefined
}

export type ResponseAnswer = (
  | { readonly kind: 'relay' }
  /** The response waits, while the browser goes to a challenge, or to the OP with the question who its user is. */
  | { readonly kind: 'detour'; readonly to: string }
  | { readonly kind: 'error'; readonly error: string; readonly description: string }
) & {
  /** The browser comes from a challenge, whose form it may still show. */
  readonly isAfterStepUp?: boolean
}

/**
 * The response leg: an authorization response of a protected client passes only with a release, which is written
 * down before the response leaves. All others pass.
 */
export async function onAuthorizationResponse(
  services: ResponseLegServices,
  it: UpstreamAnswer,
): Promise<ResponseAnswer> {
  const { response } = it
  if (response.artefacts.size === 0) return { kind: 'relay' }
  const addressee = await findAddressee(services, response, it)
  switch (addressee.policy.mode) {
    case 'off':
      await requireAsked(services, response, it.asked)
      return { kind: 'relay' }
    case 'monitor':
      return watch(services, it, addressee)
    case 'enforce': {
      const isAfterStepUp = it.isNavigation && isDriven(addressee)
      return { ...(await enforce(services, it, response, addressee)), isAfterStepUp }
    }
  }
}

/** `monitor` changes nothing, not even where the gateway itself fails. */
async function watch(
  services: ResponseLegServices,
  it: UpstreamAnswer,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  try {
    const probe = await it.probe({ inFlight: addressee.inFlight, mayAskBrowser: false })
    if (probe.known) {
      const asked = describeCase({ ...addressee, ...probe }, services.config.provider)
      await decide(services, { ...it, held: undefined }, asked, addressee)
    } else {
      reportUnknown(services, addressee, probe.reason)
    }
  } catch (error) {
    services.audit.unwatched(addressee.policy, error)
  }
  return { kind: 'relay' }
}

async function enforce(
  services: ResponseLegServices,
  it: UpstreamAnswer,
  response: AuthorizationResponse,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  if (!isReadable(response, addressee)) return refuse('unsupported_response_type')
  if (!isAskedFor(response, addressee.request)) {
    services.audit.security('unasked_response', { client_id: addressee.policy.clientId })
    return refuse('interaction_required')
  }
  const { inFlight } = addressee
  const held = hold(services, it, response, addressee.policy)
  const mayAskBrowser = it.isNavigation && !isSilent(addressee)
  const probe = await it.probe({ inFlight, mayAskBrowser })
  if (!probe.known && probe.reason === onlyByBrowser) {
    const { policy, request } = addressee
    const { policyIds } = policy
    const to = await it.askThroughBrowser({ kind: 'response', policyIds, request, inFlight, held })
    if (to !== undefined) return { kind: 'detour', to }
  }
  return judgeFor(services, { ...it, held }, addressee, probe)
}

/** The response of a protected client, and what the OP says of who the user is. */
export async function judgeFor(
  services: ResponseLegServices,
  it: ReadResponse,
  addressee: Addressee,
  probe: ProbeResult,
): Promise<ResponseAnswer> {
  const { response } = it
  if (!probe.known) {
    reportUnknown(services, addressee, probe.reason)
    // guard: unknown-users
    return refuse(isSilent(addressee) || !it.isNavigation ? 'interaction_required' : 'server_error')
  }
  const asked = describeCase({ ...addressee, ...probe }, services.config.provider)
  const owner = {
    clientId: asked.clientId,
    subject: asked.user.subject,
    subjectClaim: services.config.provider.subject,
  }
  // guard: front-channel-tokens
  if (!(await verifyFrontChannel(services, response, owner))) {
    services.audit.security('front_channel_of_another', { client_id: asked.clientId })
    return refuse('server_error')
  }
  const { decision, stepUpId } = await decide(services, it, asked, addressee)
  switch (decision.verdict) {
    case 'release':
      /* guard: released-before-it-leaves */ await recordRelease(services, asked, response.code, {
        policy: addressee.policy,
        decision,
      })
      services.audit.released(asked, decision.reason)
      return { kind: 'relay' }
    case 'challenge':
      return stepUpId === undefined
        ? refuse('server_error')
        : { kind: 'detour', to: challengePath(services.config.pathPrefix, stepUpId) }
    case 'deny':
      return refuse(decision.error)
  }
}

function reportUnknown({ audit, config }: ResponseLegServices, { policy }: Addressee, reason: string): void {
  const isByServer = config.provider.probe.by === 'server'
  audit.unknownUser(policy, reason, isByServer ? adviseAfterAnswer(reason) : undefined)
}

/** Only what was asked for as the policy allows, in one reading, can be held to anything. */
function isReadable(response: AuthorizationResponse, { policy }: Addressee): boolean {
  if (/* guard: responses-of-two-readings */ response.isAmbiguous || response.isError || response.code === '')
    return false
  // guard: what-was-not-asked-for
  return isTypeAllowed(policy, responseTypeOf(response))
}

function hold(
  { now, config }: ResponseLegServices,
  { location }: UpstreamAnswer,
  response: AuthorizationResponse,
  { codeLifetime = config.provider.codeLifetime }: GoverningPolicy,
): HeldResponse | undefined {
  const delivery = describeDelivery(location, response)
  const heldAt = now()
  return delivery && { delivery, heldAt, goodUntil: goodUntil(heldAt, codeLifetime), code: response.code }
}

/** What can be sent later just as it came. */
function describeDelivery(
  location: string | undefined,
  response: AuthorizationResponse,
): Delivery | undefined {
  if (location !== undefined) return { kind: 'redirect', location }
  if (response.mode !== 'form_post' || response.fields === undefined) return undefined
  return { kind: 'form', action: response.action, fields: response.fields }
}

/** The decision that the request leg kept for this user, used once; else a new one. */
async function decide(
  services: ResponseLegServices,
  it: ReadResponse,
  asked: Case,
  addressee: Addressee,
): Promise<Judgement> {
  const before = beforeRenewal(asked)
  if (before) await carryProofs(services, before, asked, it.browser.ids)
  const kept = await takeKept(services, asked, addressee)
  if (kept) return { decision: kept }
  const noInteraction = isSilent(addressee) ? 'prompt_none' : it.isNavigation ? undefined : 'not_a_navigation'
  return judge(services, asked, {
    policy: addressee.policy,
    browser: it.browser,
    atRelease: true,
    tabs: [{ case: asked, isAnswered: true, held: it.held }],
    noInteraction,
  })
}

async function takeKept(
  { records, now }: ResponseLegServices,
  asked: Case,
  addressee: Addressee,
): Promise<Decision | undefined> {
  const kept = addressee.request?.kept
  if (!kept || /* guard: kept-for-a-while */ !isYounger(kept.until - keptMs, keptMs, now())) return undefined
  if (
    /* guard: kept-for-its-user */ kept.subject !== asked.user.subject ||
    /* guard: kept-for-its-session */ !sessionsOf(asked.user).includes(kept.session)
  )
    return undefined
  if (addressee.inFlight !== undefined) {
    const taken = await records.inFlight.update(addressee.inFlight, ({ kept: current, ...request }) =>
      current ? request : undefined,
    )
    // guard: kept-once
    if (!taken) return undefined
  }
  return kept.decision
}

const sessionsOf = ({ session, renews }: User): readonly (string | undefined)[] =>
  renews ? [session, renews.session] : [session]

/** The gateway itself sent the browser to the request that is answered. */
export const isDriven = ({ request }: Pick<Addressee, 'request'>): boolean => request?.driving !== undefined

const isSilent = ({ request }: Addressee): boolean => parsePrompt(request?.prompt).has('none')

/** An error for the client. */
function refuse(error: AuthorizationError | 'unsupported_response_type'): ResponseAnswer {
  return { kind: 'error', error, description: errorDescriptionOf(error) }
}
