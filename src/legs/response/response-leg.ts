import { check } from '../../forecast.ts'
import type { Delivery } from '../../http/delivery.ts'
import { challengePath } from '../../http/own-paths.ts'
import type { AuthorizationResponse } from '../../oauth/authorization-response.ts'
import type { AuthorizationError } from '../../policy/decide.ts'
import { errorDescriptionOf } from '../../policy/error-description.ts'
import type { GoverningPolicy } from '../../policy/policies.ts'
import { onlyByBrowser, type ProbeResult } from '../../policy/probe-result.ts'
import type { HeldResponse } from '../../records/records.ts'
import { describeCase } from '../../step-up/case.ts'
import { recordRelease } from '../../step-up/release.ts'
import { goodUntil } from '../../step-up/resume.ts'
import { noteConcern } from '../../telemetry/request-context.ts'
import { requireAsked } from '../asked-response.ts'
import { type Addressee, findAddressee, isDriven } from './addressee.ts'
import { decideResponse, isSilent } from './decide-response.ts'
import { type Objection, objectToResponse, objectToTokens, reportObjection } from './response-objection.ts'
import type { ReadResponse, ResponseAnswer, ResponseLegServices, UpstreamAnswer } from './upstream-answer.ts'
import { reportUnknown, watchResponse } from './watch-response.ts'

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
  const addressee = await check(services, it.raw, (all) => admit(all, it))
  switch (addressee.policy.mode) {
    case 'off':
      return { kind: 'relay' }
    case 'monitor':
      return watchResponse(services, it, addressee)
    case 'enforce': {
      const isAfterStepUp = it.isNavigation && isDriven(addressee)
      return { ...(await enforce(services, it, response, addressee)), isAfterStepUp }
    }
  }
}

/**
 * For whom a response is, if it may be read and go where it goes.
 *
 * @throws {Refusal} as `findAddressee` and `requireAsked` do.
 */
async function admit(services: ResponseLegServices, it: UpstreamAnswer): Promise<Addressee> {
  const addressee = await findAddressee(services, it.response, it)
  const { policy, request } = addressee
  noteConcern({ policy, clientId: request?.clientId ?? policy.clientId })
  if (policy.mode === 'off') await requireAsked(services, it.response, it.asked)
  return addressee
}

async function enforce(
  services: ResponseLegServices,
  it: UpstreamAnswer,
  response: AuthorizationResponse,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  const objection = objectToResponse(response, addressee)
  if (objection) {
    if (objection.reason === 'unasked_response')
      services.audit.security('unasked_response', { client_id: addressee.policy.clientId })
    return refuse(services, addressee, objection)
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
    reportUnknown(services, addressee, 'deny', probe.reason)
    // guard: unknown-users
    return toError(isSilent(addressee) || !it.isNavigation ? 'interaction_required' : 'server_error')
  }
  const asked = describeCase({ ...addressee, ...probe }, services.config.provider)
  const objection = await objectToTokens(services, response, asked)
  if (objection) {
    services.audit.security('front_channel_of_another', { client_id: asked.clientId })
    return refuse(services, addressee, objection)
  }
  const { decision, stepUpId } = await decideResponse(services, it, asked, addressee)
  switch (decision.verdict) {
    case 'release':
      /* guard: released-before-it-leaves */ await recordRelease(services, asked, response.code, {
        policy: addressee.policy,
        decision,
      })
      services.audit.released(asked, { policy: addressee.policy, leg: 'response' }, decision.reason)
      return { kind: 'relay' }
    case 'challenge':
      return stepUpId === undefined
        ? refuse(services, addressee, { error: 'server_error', reason: 'no_step_up', user: asked.user })
        : { kind: 'detour', to: challengePath(services.config.pathPrefix, stepUpId) }
    case 'deny':
      return toError(decision.error)
  }
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

/** An error for the client. */
function toError(error: AuthorizationError | 'unsupported_response_type'): ResponseAnswer {
  return { kind: 'error', error, description: errorDescriptionOf(error) }
}

function refuse(services: ResponseLegServices, addressee: Addressee, objection: Objection): ResponseAnswer {
  reportObjection(services, addressee, objection)
  return toError(objection.error)
}
