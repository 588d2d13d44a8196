import type { ClientPolicy } from '../config/schema.ts'
import { type AuthorizationResponse, correlationKey } from '../edge/authorization-response.ts'
import { Refusal } from '../edge/refusal.ts'
import { readIdToken } from '../identity/token-response.ts'
import type { Policies } from '../policy/policies.ts'
import type { InFlightRequest, Records } from '../step-up/records.ts'
import type { Audit } from '../telemetry/audit.ts'
import type { AuthorizationExchange } from './exchange.ts'

/** For whom an authorization response is, and the request that it answers where that was seen. */
export interface Addressee {
  readonly policy: ClientPolicy
  readonly request?: InFlightRequest
  /** The key of that request in the store. */
  readonly inFlight?: string
}

export interface AddresseePorts {
  readonly publicUrl: string
  readonly policies: Policies
  readonly records: Records
  readonly audit: Audit
}

/**
 * The OP may answer another tab's request than the one it was asked, so that the redirect URI comes first, then the
 * request that the state belongs to, last the request of this exchange.
 *
 * @throws {Refusal} `unlisted_redirect_uri` where a protected client is answered at an address that no policy lists.
 */
export async function findAddressee(
  { publicUrl, policies, records, audit }: AddresseePorts,
  response: AuthorizationResponse,
  authorization: AuthorizationExchange | undefined,
): Promise<Addressee> {
  const { redirectUri, state } = response
  const listed = policies.ofRedirectUri(redirectUri)
  const inFlight = listed && state === undefined ? undefined : correlationKey(redirectUri, state ?? '')
  const found = inFlight === undefined ? undefined : await findRequest(records, inFlight, listed)
  const request = found ?? (authorization?.inFlight === inFlight ? authorization?.request : undefined)
  const own = isAnotherTabs(response, authorization) ? undefined : authorization?.request
  const asked = findAudience(policies, response) ?? policies.ofClient((request ?? own)?.clientId ?? '')
  if (asked.clientId === '' && asked.mode === 'enforce' && !listed) {
    return { policy: requireRecognised({ publicUrl, audit }, response, asked) }
  }
  const isMisplaced = !listed && asked.mode === 'enforce' && asked.redirectUris.length > 0
  // A redirect within the OP's own origin comes back through the gateway: nothing has left.
  if (isMisplaced && new URL(redirectUri).origin !== publicUrl) {
    audit.security('unlisted_redirect_uri', { client_id: asked.clientId, redirect_uri: redirectUri })
    throw new Refusal('unlisted_redirect_uri', 'a protected client was answered at an unlisted redirect URI')
  }
  return {
    policy: listed ?? asked,
    ...(request && { request }),
    ...(found && inFlight !== undefined && { inFlight }),
  }
}

/**
 * Where clients that are not listed are enforced too, each of their requests was written down. What belongs to none is
 * no answer to a client while it stays within the OP's own origin: there pages hand codes of their own to each other.
 *
 * @throws {Refusal} `restart` for everything else, such as the answer to a request that took longer than it is kept.
 */
function requireRecognised(
  { publicUrl, audit }: Pick<AddresseePorts, 'publicUrl' | 'audit'>,
  { artefacts, redirectUri }: AuthorizationResponse,
  policy: ClientPolicy,
): ClientPolicy {
  const isCodeOnly = [...artefacts].every((artefact) => artefact === 'code')
  if (isCodeOnly && new URL(redirectUri).origin === publicUrl) return { ...policy, mode: 'off' }
  audit.security('unrecognised_client', { redirect_uri: redirectUri })
  throw new Refusal('restart', 'an authorization response whose request is not known')
}

/**
 * Whether the OP answers another request than the one that it was asked here, such as the one of a tab in which the
 * login was begun before: its state is another. Only a code passes on that ground: without a release it redeems for no
 * protected client.
 */
function isAnotherTabs(
  { artefacts, state }: AuthorizationResponse,
  authorization: AuthorizationExchange | undefined,
): boolean {
  if (state === undefined || authorization?.state === undefined) return false
  return state !== authorization.state && [...artefacts].every((artefact) => artefact === 'code')
}

/** The protected client that an ID token in the response is for, whatever was asked and wherever it is sent. */
function findAudience(policies: Policies, response: AuthorizationResponse): ClientPolicy | undefined {
  const idToken = readIdToken(response.get('id_token'))
  if (idToken.kind !== 'read') return undefined
  return idToken.audience
    .map((audience) => policies.ofClient(audience))
    .find(({ mode }) => mode === 'enforce')
}

/** A store that is down stops the listed; the rest flows, and codes that it should have stopped don't redeem. */
async function findRequest(
  records: Records,
  inFlight: string,
  listed: ClientPolicy | undefined,
): Promise<InFlightRequest | undefined> {
  try {
    return await records.inFlight.get(inFlight)
  } catch (error) {
    if (listed?.mode === 'enforce') throw error
    return undefined
  }
}
