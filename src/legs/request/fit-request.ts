import { anyPathOf, redirectUriKey } from '../../config/redirect-uri-key.ts'
import { loopbackPort } from '../../http/loose-redirect-uri.ts'
import type { Parameters } from '../../oauth/parameters.ts'
import type { Policies } from '../../policy/policies.ts'
import { isSameType } from '../../policy/responses.ts'
import type { UsableMetadata } from '../../provider/endpoints.ts'
import type { ResolvedRequest } from './resolve-request.ts'

/** RFC 7636 4.2. */
const codeChallenge = /^[\w.~-]{43,128}$/

/**
 * Whether nothing in a request shows that the OP will refuse it, as far as its metadata and the configuration say what
 * it takes (OIDC Discovery 1.0, 3; RFC 7636; RFC 9126 5). What they don't say is not seen: such as that the OP wants
 * PKCE of this client, or does not know it. Scopes say nothing: an OP need not list all that it has (RFC 8414 2).
 */
export function isFitForOp(
  policies: Policies,
  metadata: UsableMetadata,
  { parameters, source }: ResolvedRequest,
): boolean {
  // The OP has taken what was pushed (RFC 9126 2.1).
  if (source === 'pushed') return true
  return (
    metadata.require_pushed_authorization_requests !== true &&
    isRedirectUriListed(policies, parameters) &&
    isTypeSupported(metadata, parameters) &&
    isChallengeSupported(metadata, parameters) &&
    isWithin(metadata.response_modes_supported, parameters.all('response_mode'))
  )
}

/** As OPs compare: by character, but for the port on loopback (RFC 8252 7.3), and for its path where the list says so. */
function isRedirectUriListed(policies: Policies, parameters: Parameters): boolean {
  const redirectUri = parameters.get('redirect_uri')
  if (redirectUri === undefined) return false
  const { redirectUris } = policies.ofClient(parameters.get('client_id') ?? '')
  // Where clients are answered that are not listed nobody knows: not where another one is.
  if (redirectUris.length === 0) return policies.ofRedirectUri(redirectUri).length === 0
  return redirectUris.some(
    (listed) =>
      listed === redirectUri ||
      listed === anyPathOf(redirectUri) ||
      (loopbackPort(redirectUri) !== undefined && redirectUriKey(listed) === redirectUriKey(redirectUri)),
  )
}

/** An ID token in the front channel needs a nonce (OIDC Core 3.2.2.1). */
function isTypeSupported(metadata: UsableMetadata, parameters: Parameters): boolean {
  const type = parameters.get('response_type')
  if (type === undefined) return false
  if (type.split(' ').includes('id_token') && !parameters.has('nonce')) return false
  const supported = metadata.response_types_supported
  return supported === undefined || supported.some((other) => isSameType(other, type))
}

function isChallengeSupported(metadata: UsableMetadata, parameters: Parameters): boolean {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  if (challenge === undefined) return method === undefined
  return (
    codeChallenge.test(challenge) &&
    isWithin(metadata.code_challenge_methods_supported ?? ['plain', 'S256'], [method ?? 'plain'])
  )
}

/** Whether all values are supported; where it is not said which are, they may be. */
const isWithin = (supported: readonly string[] | undefined, values: readonly string[]): boolean =>
  supported === undefined || values.every((value) => supported.includes(value))
