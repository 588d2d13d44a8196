import { type AuthorizationResponse, correlationKey } from '../../oauth/authorization-response.ts'
import { readIdToken } from '../../oauth/token-response.ts'
import type { GoverningPolicy, Policies } from '../../policy/policies.ts'
import { Refusal } from '../../refusal.ts'
import type { Services } from '../../services.ts'
import type { AskedResponse, FormAsk, ForwardedAuthorization } from '../learned.ts'
import { requireListedRedirectUri, withoutQuery } from '../listed-redirect-uri.ts'
import { type AnsweredRequest, findAnswered } from './answered-request.ts'

/** For whom an authorization response is, and the request that it answers where that was seen. */
export interface Addressee {
  readonly policy: GoverningPolicy
  readonly request?: AnsweredRequest['request'] | undefined
  /** The key of the request in the store, if it can be repeated. */
  readonly inFlight?: string | undefined
}

/** The exchange in which a response comes. */
export interface AnsweringExchange {
  /** What this very exchange asked for, if it was at an authorization endpoint. */
  readonly asked: AskedResponse | undefined
  /** The form that was posted in it to an authorization endpoint, if it was no request. */
  readonly form?: FormAsk | undefined
  readonly authorization: ForwardedAuthorization | undefined
  readonly browserIds: readonly string[]
}

/**
 * The OP may answer another tab's request than the one it was asked, so that the redirect URI comes first, then the
 * request of this browser to which the response belongs, last the request of this exchange.
 *
 * @throws {Refusal} `unlisted_redirect_uri` where a protected client is answered at an address that no policy lists;
 *   `restart` where it can't be known whose the response is.
 */
export async function findAddressee(
  { config, policies, records, audit }: Pick<Services, 'config' | 'policies' | 'records' | 'audit'>,
  response: AuthorizationResponse,
  exchange: AnsweringExchange,
): Promise<Addressee> {
  const { redirectUri, state } = response
  const listed = policies.ofRedirectUri(redirectUri)
  const isEnforced = listed.some(({ mode }) => mode === 'enforce')
  const correlation = correlationKey(redirectUri, state)
  // A store that is down stops the listed; the rest flows, and codes that it should have stopped don't redeem.
  const found = await findAnswered({ policies, records }, correlation, exchange).catch((error) => {
    if (isEnforced) throw error
    return undefined
  })
  const known = found?.clientIds ?? listClients(exchange.asked, correlation)
  if (/* guard: codes-next-door */ isCodeOnly(response) && policies.areNextDoor(known, redirectUri))
    return { policy: policies.govern(known), ...found }
  const own = isAnotherTabs(response, exchange.authorization) ? undefined : exchange.authorization?.request
  const asker = own?.clientId ?? /* guard: clients-of-forms */ exchange.form?.clientId
  const askers = found?.clientIds ?? (asker === undefined ? [] : [asker])
  const clientIds = [
    ...askers,
    /* guard: audience-of-a-response */ ...findAudience(policies, response, askers),
  ]
  const policy = policies.govern(clientIds, /* guard: redirect-uri-beside-client */ redirectUri)
  const isLost = clientIds.length === 0 && policy.mode === 'enforce'
  // guard: recognised-clients
  if (isLost && listed.length === 0) return { policy: requireRecognised({ config, audit }, response, policy) }
  // guard: shared-redirect-uri
  if (isLost && listed.length > 1)
    throw new Refusal('restart', 'a shared redirect URI, and no request is known', {
      value: withoutQuery(redirectUri),
    })
  // guard: unlisted-redirect-uris
  if (policy.mode === 'enforce') requireListedRedirectUri({ config, policies, audit }, policy, redirectUri)
  return { policy, request: found?.request, inFlight: found?.inFlight }
}

/** The client that asked in this very exchange, if the response goes where its own does. */
function listClients(asked: AskedResponse | undefined, correlation: string | undefined): readonly string[] {
  const isOwn = asked?.correlation !== undefined && asked.correlation === correlation
  return isOwn && asked.clientId !== undefined ? [asked.clientId] : []
}

/** A code waits at the token endpoint for its release, and redeems for no protected client without one. */
const isCodeOnly = ({ artefacts }: AuthorizationResponse): boolean =>
  [...artefacts].every((artefact) => artefact === 'code')

/**
 * Where clients that are not listed are enforced too, each of their requests was written down. What belongs to none is
 * no answer to a client while it stays within the OP's own origin: there pages hand codes of their own to each other.
 *
 * @throws {Refusal} `restart` for everything else, such as the answer to a request that took longer than it is kept.
 */
function requireRecognised(
  { config, audit }: Pick<Services, 'config' | 'audit'>,
  response: AuthorizationResponse,
  policy: GoverningPolicy,
): GoverningPolicy {
  const { redirectUri } = response
  const isWithin = new URL(redirectUri).origin === config.publicUrl
  if (/* guard: tokens-within-the-op */ isCodeOnly(response) && isWithin) return { ...policy, mode: 'off' }
  audit.security('unrecognised_client', { redirect_uri: redirectUri })
  throw new Refusal('restart', 'an authorization response whose request is not known', {
    value: withoutQuery(redirectUri),
  })
}

/**
 * Whether the OP answers another request than the one that it was asked here, such as the one of a tab in which the
 * login was begun before: its state is another. Only a code passes on that ground: without a release it redeems for no
 * protected client.
 */
function isAnotherTabs(
  response: AuthorizationResponse,
  authorization: ForwardedAuthorization | undefined,
): boolean {
  const { state } = response
  if (state === undefined || authorization?.state === undefined) return false
  return (
    /* guard: answers-of-this-tab */ state !== authorization.state &&
    /* guard: tokens-of-another-tab */ isCodeOnly(response)
  )
}

/**
 * The clients that an ID token in the response is for, whatever was asked and wherever it is sent. Beside one that is
 * known, what nobody lists is an API that the token is for too (OIDC Core 2).
 */
function findAudience(
  policies: Policies,
  response: AuthorizationResponse,
  askers: readonly string[],
): readonly string[] {
  const idToken = readIdToken(response.get('id_token'))
  if (idToken.kind !== 'read') return []
  const isListed = (id: string): boolean => policies.ofClient(id).redirectUris.length > 0
  const isKnown = idToken.audience.some((id) => isListed(id) || askers.includes(id))
  return isKnown ? idToken.audience.filter(isListed) : idToken.audience
}

/** The gateway itself sent the browser to the request that is answered. */
export const isDriven = ({ request }: Pick<Addressee, 'request'>): boolean => request?.driving !== undefined
