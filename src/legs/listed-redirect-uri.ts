import type { GoverningPolicy } from '../policy/policies.ts'
import { Refusal } from '../refusal.ts'
import type { Services } from '../services.ts'

export type ListServices = Pick<Services, 'config' | 'policies' | 'audit'>

/**
 * A protected client gets its answer only where a policy lists the address. It is judged when the client asks, so that
 * nobody passes a challenge for an answer that is refused, and again when the OP answers.
 *
 * @param redirectUri as it was asked for, or as the OP answers; undefined where the OP chooses it.
 * @throws {Refusal} `unlisted_redirect_uri`
 */
export function requireListedRedirectUri(
  { config, policies, audit }: ListServices,
  policy: GoverningPolicy,
  redirectUri: string | undefined,
): void {
  if (redirectUri === undefined || policies.isListed(policy, redirectUri)) return
  // A redirect within the OP's own origin comes back through the gateway: nothing has left.
  if (originOf(redirectUri) === config.publicUrl) return
  const { clientId } = policy
  const value = withoutQuery(redirectUri)
  audit.security('unlisted_redirect_uri', { client_id: clientId, redirect_uri: value })
  throw new Refusal('unlisted_redirect_uri', 'no policy lists the redirect URI', {
    clientId,
    value,
    key: 'redirectUris',
  })
}

/** What of a redirect URI the log may hold. */
export const withoutQuery = (redirectUri: string): string => redirectUri.split(/[?#]/, 1).join('')

const originOf = (uri: string): string | undefined => (URL.canParse(uri) ? new URL(uri).origin : undefined)
