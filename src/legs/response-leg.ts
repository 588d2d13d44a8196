import { type RedirectResponse, readAuthorizationResponse } from '../edge/authorization-response.ts'
import type { Browser } from '../edge/browser.ts'
import { parsePrompt } from '../edge/prompt.ts'
import type { ProbeResult } from '../identity/probe.ts'
import type { AuthorizationError, Decision } from '../policy/decide.ts'
import type { Policies } from '../policy/policies.ts'
import { describeCase } from '../step-up/case.ts'
import type { Judge, Judgement } from '../step-up/judge.ts'
import type { Case, HeldResponse, Records } from '../step-up/records.ts'
import { releaseCode } from '../step-up/release.ts'
import type { Audit } from '../telemetry/audit.ts'
import { type Addressee, findAddressee } from './addressee.ts'
import type { AuthorizationExchange } from './exchange.ts'

export interface ResponseLegPorts {
  readonly publicUrl: string
  readonly codeLifetimeMs: number
  readonly compare: readonly string[]
  readonly policies: Policies
  readonly records: Records
  readonly judge: Judge
  readonly audit: Audit
  readonly now: () => number
}

/** A redirect of the OP, and the request that it answers. */
export interface UpstreamRedirect {
  readonly location: string
  /** The public URL of the request, against which a relative Location is read. */
  readonly url: string
  readonly authorization: AuthorizationExchange | undefined
  readonly browser: Browser
  /** A browser that shows pages asked, so that a challenge can be shown. */
  readonly isNavigation: boolean
  /** Asks the OP who the user is, once this response has set its cookies. */
  readonly probe: () => Promise<ProbeResult>
}

export type ResponseAnswer =
  | { readonly kind: 'pass' }
  | { readonly kind: 'challenge'; readonly stepUpId: string }
  | { readonly kind: 'error'; readonly location: string }

/**
 * The response leg: an authorization response of a protected client passes only with a release, which is written
 * down before the response leaves. All other redirects pass.
 */
export async function onUpstreamRedirect(
  ports: ResponseLegPorts,
  it: UpstreamRedirect,
): Promise<ResponseAnswer> {
  const response = readAuthorizationResponse(it.location, it.url)
  if (!response) return { kind: 'pass' }
  const addressee = await findAddressee(ports, response, it.authorization)
  if (addressee.policy.mode === 'off' || response.artefacts.size === 0) return { kind: 'pass' }
  if (addressee.policy.mode === 'monitor') return watch(ports, it, addressee)
  if (!isReadable(response)) {
    return { kind: 'error', location: response.toErrorLocation('unsupported_response_type') }
  }
  return enforce(ports, it, response, addressee)
}

/** Only a code in the query can be held to what the token leg demands. */
function isReadable(response: RedirectResponse): boolean {
  const isCodeAlone = response.artefacts.size === 1 && Boolean(response.code)
  return response.mode === 'query' && isCodeAlone && !response.isAmbiguous
}

/** `monitor` changes nothing, not even where the gateway itself fails. */
async function watch(
  ports: ResponseLegPorts,
  it: UpstreamRedirect,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  try {
    const probe = await it.probe()
    if (probe.known) {
      const asked = describeCase({ ...addressee, identity: probe.identity }, ports.compare)
      await decide(ports, it, asked, addressee, undefined)
    } else {
      ports.audit.unknownUser(addressee.policy, probe.reason)
    }
  } catch (error) {
    ports.audit.unwatched(addressee.policy, error)
  }
  return { kind: 'pass' }
}

async function enforce(
  ports: ResponseLegPorts,
  it: UpstreamRedirect,
  response: RedirectResponse,
  addressee: Addressee,
): Promise<ResponseAnswer> {
  const refuse = (error: AuthorizationError): ResponseAnswer => ({
    kind: 'error',
    location: response.toErrorLocation(error, describeError(error)),
  })
  const probe = await it.probe()
  if (!probe.known) {
    ports.audit.unknownUser(addressee.policy, probe.reason)
    return refuse(isSilent(addressee) ? 'interaction_required' : 'server_error')
  }
  const { code = '' } = response
  const asked = describeCase({ ...addressee, identity: probe.identity }, ports.compare)
  const goodUntil = ports.now() + ports.codeLifetimeMs
  const held = { location: it.location, code, goodUntil }
  const { decision, stepUpId } = await decide(ports, it, asked, addressee, held)
  switch (decision.verdict) {
    case 'release':
      await releaseCode(ports.records, asked, code, ports.now(), { policy: addressee.policy, decision })
      ports.audit.released(asked, decision.reason)
      return { kind: 'pass' }
    case 'challenge':
      return stepUpId === undefined ? refuse('server_error') : { kind: 'challenge', stepUpId }
    case 'deny':
      return refuse(decision.error)
  }
}

/** The decision that the request leg kept for this user, used once; else a new one. */
async function decide(
  ports: ResponseLegPorts,
  it: UpstreamRedirect,
  asked: Case,
  addressee: Addressee,
  held: HeldResponse | undefined,
): Promise<Judgement> {
  const kept = await takeKept(ports, asked, addressee)
  if (kept) return { decision: kept }
  const noInteraction = isSilent(addressee) ? 'prompt_none' : it.isNavigation ? undefined : 'not_a_navigation'
  return ports.judge(asked, {
    policy: addressee.policy,
    browser: it.browser,
    atRelease: true,
    tabs: [{ case: asked, ...(held && { held }) }],
    ...(noInteraction && { noInteraction }),
  })
}

async function takeKept(
  { records, now }: ResponseLegPorts,
  asked: Case,
  addressee: Addressee,
): Promise<Decision | undefined> {
  const kept = addressee.request?.kept
  if (!kept || kept.until <= now()) return undefined
  if (kept.subject !== asked.user.subject || kept.session !== asked.user.session) return undefined
  if (addressee.inFlight !== undefined) {
    const taken = await records.inFlight.update(addressee.inFlight, ({ kept: current, ...request }) =>
      current ? request : undefined,
    )
    if (!taken) return undefined
  }
  return kept.decision
}

const isSilent = ({ request }: Addressee): boolean => parsePrompt(request?.prompt).has('none')

/** What a client's developer reads (RFC 6749 4.1.2.1). */
function describeError(error: AuthorizationError): string {
  switch (error) {
    case 'access_denied':
      return 'The sign-in was refused.'
    case 'interaction_required':
      return 'The sign-in needs a verification by the user.'
    case 'server_error':
      return 'The sign-in could not be checked.'
    case 'temporarily_unavailable':
      return 'The verification is not available at the moment.'
    case 'unmet_authentication_requirements':
      return 'The user was not verified.'
  }
}
