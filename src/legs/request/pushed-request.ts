import type { ClientPolicy } from '../../config/schema/schema.ts'
import { inFlightMs } from '../../http/own-cookie.ts'
import { readOwnRequestUri } from '../../oauth/own-request-uri.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import { parseStrictJson } from '../../oauth/strict-json.ts'
import { areTokensToCome } from '../../policy/policies.ts'
import type { Records } from '../../records/records.ts'
import type { Services } from '../../services.ts'
import { sentFrom } from '../../store/owners.ts'
import { waiting } from '../../telemetry/request-context.ts'
import { readResponse } from '../../upstream/read-response.ts'
import { contentCodingOf, sendPeeked } from '../../upstream/send-answer.ts'
import type { ForwardedAuthorization, OpResponse } from '../learned.ts'
import { type ListServices, requireListedRedirectUri } from '../listed-redirect-uri.ts'
import { requireReadable } from './readable-request.ts'
import { resolveRequest } from './resolve-request.ts'

/** As long as any authorization request. */
const longestLifeSeconds = inFlightMs / 1000

/**
 * A pushed authorization request on its way to the OP (RFC 9126 2.1): a protected client must push what could be read
 * at the authorization endpoint.
 *
 * @returns its parameters as a query, without credentials; undefined where nobody will ask for them.
 * @throws {Refusal} as the request leg does.
 */
export async function onPushedRequest(
  services: ListServices & Pick<Services, 'records'>,
  policy: ClientPolicy,
  parameters: Parameters,
): Promise<string | undefined> {
  const { records, policies } = services
  if (policy.mode === 'off' && !areTokensToCome(policies)) return undefined
  if (policy.mode === 'enforce') {
    const resolved = await resolveRequest(records, parameters)
    requireReadable(resolved, policy)
    // guard: pushed-redirect-uris
    requireListedRedirectUri(
      services,
      policies.govern([policy.clientId]),
      resolved.parameters.get('redirect_uri'),
    )
  }
  return parameters.toOAuthQuery()
}

/**
 * The OP's answer to it (RFC 9126 2.2), a success: from now on the request URI stands for what was pushed. One that
 * could not be written down counts as not seen, and is refused for a protected client.
 *
 * @param query as `onPushedRequest` returned it.
 */
export async function relayPushedResponse(
  { records, now }: Pick<Services, 'records' | 'now'>,
  { request, reply, body }: OpResponse,
  query: string,
): Promise<void> {
  const { body: peeked, text } = await waiting(() => readResponse(body, contentCodingOf(reply)))
  const { address } = request.exchange.browser
  await recordPushedRequest(records, now(), query, address, text).catch(() => undefined)
  sendPeeked(reply, peeked)
}

/**
 * @param sender the address that pushed it.
 * @param body the decoded body of a successful response, or undefined if it can't be read.
 */
export async function recordPushedRequest(
  records: Records,
  now: number,
  query: string,
  sender: string,
  body: string | undefined,
): Promise<void> {
  const answer = readAnswer(body ?? '')
  if (!answer) return
  const expiresAt = now + Math.min(answer.expiresInSeconds, longestLifeSeconds) * 1000
  const clientId = new URLSearchParams(query).get('client_id') ?? undefined
  await records.pushedRequests.set(answer.requestUri, { query, expiresAt }, sentFrom(sender, clientId))
}

/**
 * The OP sends the browser on to its own authorization endpoint, with a request URI that it has just made of the request
 * of this exchange: from now on that stands for the request. One that could not be written down counts as not seen.
 *
 * @param location of the OP's answer.
 * @param sender the address of the browser.
 */
export async function learnRequestUri(
  { config, provider, records, now }: Pick<Services, 'config' | 'provider' | 'records' | 'now'>,
  { query, request, inFlight }: ForwardedAuthorization,
  location: string,
  sender: string,
): Promise<void> {
  if (query === undefined) return
  const endpoint = new URL(new URL(provider.metadata.authorization_endpoint).pathname, config.publicUrl)
  const own = readOwnRequestUri(location, endpoint, request.clientId)
  if (own === undefined) return
  const kept = { query, expiresAt: now() + longestLifeSeconds * 1000, inFlight }
  await records.pushedRequests
    .add(own.requestUri, kept, sentFrom(sender, request.clientId))
    .catch(() => undefined)
}

function readAnswer(body: string): { requestUri: string; expiresInSeconds: number } | undefined {
  const { request_uri: requestUri, expires_in: expiresIn } = parseStrictJson(body, 'clients') ?? {}
  if (typeof requestUri !== 'string') return undefined
  return { requestUri, expiresInSeconds: typeof expiresIn === 'number' ? expiresIn : longestLifeSeconds }
}
