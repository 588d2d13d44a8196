import { createHash } from 'node:crypto'
import type { ClientRegistration, RunningProvider } from '../providers/kit.ts'
import type { Lane } from './lane.ts'

/** What a story needs to know. */
export interface Scene {
  readonly lane: Lane
  readonly publicUrl: string
  readonly provider: RunningProvider
  /** URLs of the OP's metadata, by name (`token_endpoint` …). */
  readonly endpoints: Readonly<Record<string, string>>
  /** A client that the gateway does not protect. */
  readonly open: ClientRegistration
  /** Another one, whose users are asked for consent. */
  readonly asking: ClientRegistration
}

/** Requests in an order. The same story is told on each way to the OP, with a browser that has been nowhere. */
export interface Story {
  readonly name: string
  readonly tell: (scene: Scene) => Promise<void>
}

/** The credentials of a client in a form (RFC 6749 2.3.1). */
export function credentialsOf({ clientId, clientSecret }: ClientRegistration): Record<string, string> {
  return { client_id: clientId, client_secret: clientSecret }
}

/** The same for each request, so that the answers can be compared (RFC 7636 4.1). */
export const codeVerifier = 'the-same-verifier-for-each-request-so-that-answers-compare'

/** An authorization request (RFC 6749 4.1.1); undefined leaves a parameter out. */
export function authorizationUrl(
  { endpoints }: Scene,
  client: ClientRegistration,
  changes: Record<string, string | undefined> = {},
): string {
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUris[0],
    scope: 'openid profile email',
    state: 'a-state',
    nonce: 'a-nonce',
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return `${endpoints['authorization_endpoint']}?${new URLSearchParams(sent)}`
}

/** The origin of a script of the client. */
export const originOf = ({ redirectUris }: ClientRegistration): string =>
  new URL(redirectUris[0] ?? '').origin
