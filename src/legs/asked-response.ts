import type { Browser } from '../http/browser.ts'
import type { Artefact, AuthorizationResponse } from '../oauth/authorization-response.ts'
import { correlationKey } from '../oauth/authorization-response.ts'
import type { Parameters } from '../oauth/parameters.ts'
import { readIdToken } from '../oauth/token-response.ts'
import { areTokensToCome } from '../policy/policies.ts'
import type { InFlightRequest } from '../records/records.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'
import { sentFrom } from '../store/owners.ts'
import type { AskedResponse } from './learned.ts'

/** The part of a response type that asks for each artefact; `jwt` is no type, but the end of a response mode (JARM). */
const typeOf: Readonly<Record<Artefact, string>> = {
  code: 'code',
  id_token: 'id_token',
  access_token: 'token',
  response: 'jwt',
}

/** What answer a request asks for; as a response type, with `jwt` for a mode of JARM. */
export function describeAsked(parameters: Parameters): AskedResponse {
  const clientId = parameters.get('client_id')
  const redirectUri = parameters.get('redirect_uri')
  const isJwt = parameters.get('response_mode')?.endsWith('jwt') === true
  // A JWT repeats the state inside.
  const state = isJwt ? undefined : parameters.get('state')
  const correlation = redirectUri === undefined ? undefined : correlationKey(redirectUri, state)
  return {
    responseType: `${parameters.get('response_type') ?? 'code'}${isJwt ? ' jwt' : ''}`,
    clientId,
    correlation,
  }
}

/** The response as a response type. */
export const responseTypeOf = ({ artefacts }: Pick<AuthorizationResponse, 'artefacts'>): string =>
  [...artefacts].map((artefact) => typeOf[artefact]).join(' ')

/**
 * Whether a protected client asked for what a response holds. A code waits at the token endpoint for its release and
 * its user; a token is out once it has left.
 */
export function isAskedFor(response: AuthorizationResponse, request: InFlightRequest | undefined): boolean {
  const type = responseTypeOf(response)
  // guard: tokens-that-were-asked-for
  return request === undefined ? type === 'code' : isPartOf(type, request.responseType)
}

/** A token that names nobody, in the front channel: whose it is only its request can say. */
const isAnonymous = (response: AuthorizationResponse): boolean =>
  (response.artefacts.has('access_token') || response.artefacts.has('response')) &&
  readIdToken(response.get('id_token')).kind !== 'read'

export type AskedResponseServices = Pick<Services, 'policies' | 'records' | 'audit'>

/** Remembers what a client that is not protected asks for, where its answer could be taken for a protected one's. */
export async function recordAsked(
  { policies, records }: AskedResponseServices,
  asked: AskedResponse,
  { address }: Browser,
): Promise<void> {
  const { correlation, clientId, responseType } = asked
  const isToBeTold = ['token', 'jwt'].some((part) => responseType.split(' ').includes(part))
  if (!areTokensToCome(policies) || !isToBeTold || clientId === undefined || correlation === undefined) return
  const owner = sentFrom(address, clientId)
  if (await records.frontChannelRequests.add(correlation, { responseTypes: [responseType] }, owner)) return
  await records.frontChannelRequests.update(correlation, ({ responseTypes }) => ({
    responseTypes: [...new Set([...responseTypes, responseType])].slice(-8),
  }))
}

/**
 * A second line behind the reading of names and addresses: while a protected client may have tokens in the front
 * channel, one that names nobody passes only in answer to a request that was read.
 *
 * @param asked what the exchange of the response asked for.
 * @throws {Refusal} `restart`
 */
export async function requireAsked(
  { policies, records, audit }: AskedResponseServices,
  response: AuthorizationResponse,
  asked: AskedResponse | undefined,
): Promise<void> {
  // guard: tokens-that-name-nobody
  if (!policies.areTokensInFrontChannel || !isAnonymous(response)) return
  const type = responseTypeOf(response)
  const correlation = correlationKey(response.redirectUri, response.state)
  // guard: answer-of-its-request
  const isOwn = asked?.clientId !== undefined && asked.correlation === correlation
  if (isOwn && isPartOf(type, asked.responseType)) return
  const known = correlation === undefined ? undefined : await records.frontChannelRequests.get(correlation)
  if (known?.responseTypes.some((other) => isPartOf(type, other))) return
  audit.security('unasked_response', { redirect_uri: response.redirectUri })
  throw new Refusal('restart', 'tokens in the front channel, and the request for them is not known')
}

function isPartOf(type: string, whole: string): boolean {
  const parts = whole.split(' ')
  return type.split(' ').every((part) => parts.includes(part))
}
