/**
 * Names that authorization requests give a meaning to. In forms that are posted to an authorization endpoint the
 * other names belong to the OP's own login and consent pages.
 */
export const authorizationParameters: ReadonlySet<string> = new Set([
  // RFC 6749 4.1.1, 4.2.1
  ...['client_id', 'redirect_uri', 'response_type', 'scope', 'state'],
  // OAuth 2.0 Multiple Response Type Encoding Practices 2.1, Form Post Response Mode
  'response_mode',
  // OpenID Connect Core 3.1.2.1, 5.2, 5.5, 6, 7.2.1
  ...['nonce', 'display', 'prompt', 'max_age', 'ui_locales', 'claims_locales', 'id_token_hint', 'login_hint'],
  ...['acr_values', 'claims', 'registration'],
  // RFC 9101 5, RFC 9126 4
  ...['request', 'request_uri'],
  // RFC 7636 4.3
  ...['code_challenge', 'code_challenge_method'],
  // RFC 8707 2; Auth0's and others' older name for it
  ...['resource', 'audience'],
  // RFC 9396 2, RFC 9449 10
  ...['authorization_details', 'dpop_jkt'],
  // OpenID Connect for Verifiable Credential Issuance 5.1, Federation 12.1
  ...['issuer_state', 'wallet_issuer', 'user_hint', 'trust_chain'],
  // Grant Management for OAuth 2.0 5.2
  ...['grant_id', 'grant_management_action'],
])

/** Every parameter name of OAuth 2.0 and OpenID Connect that a request to any endpoint may carry. */
export const oauthParameters: ReadonlySet<string> = new Set([
  ...authorizationParameters,
  // RFC 6749 2.3.1, 4.1.3, 4.3.2, 6
  ...['grant_type', 'code', 'client_secret', 'username', 'password', 'refresh_token'],
  // RFC 7636 4.5
  'code_verifier',
  // RFC 7521 4.1, 4.2
  ...['assertion', 'client_assertion', 'client_assertion_type'],
  // RFC 8628 3.1, 3.4
  ...['device_code', 'user_code'],
  // RFC 8693 2.1
  ...['requested_token_type', 'subject_token', 'subject_token_type', 'actor_token', 'actor_token_type'],
  // RFC 7009 2.1, RFC 7662 2.1
  ...['token', 'token_type_hint'],
  // OpenID Connect Client-Initiated Backchannel Authentication 7.1, 10.1
  ...['client_notification_token', 'login_hint_token', 'binding_message', 'requested_expiry', 'auth_req_id'],
  // OpenID Connect RP-Initiated Logout 2, Session Management
  ...['post_logout_redirect_uri', 'logout_hint', 'session_state'],
  // OpenID Connect for Verifiable Credential Issuance 6.1
  ...['pre-authorized_code', 'tx_code'],
  // UMA 2.0 Grant 3.3.1
  ...['ticket', 'claim_token', 'claim_token_format', 'pct', 'rpt'],
])

/** RFC 8707 2 and RFC 8693 2.1: the only ones that may stand more than once with different values. */
export const repeatableParameters: ReadonlySet<string> = new Set(['resource', 'audience'])

/**
 * Parameters that decide who asks for what, where the answer goes, and which grant is used. Their values are printable
 * text in every specification; a server that splits at a semicolon or stops at a control character would read another.
 */
export const decisiveParameters: ReadonlySet<string> = new Set([
  ...[
    'client_id',
    'redirect_uri',
    'response_type',
    'response_mode',
    'scope',
    'prompt',
    'max_age',
    'request_uri',
  ],
  ...['request', 'acr_values', 'code_challenge', 'code_challenge_method', 'dpop_jkt', 'resource', 'audience'],
  ...['grant_type', 'code', 'refresh_token', 'device_code', 'auth_req_id', 'client_assertion_type'],
  ...['client_assertion', 'assertion', 'subject_token', 'pre-authorized_code'],
])

/**
 * Parameters by which it is known whose request this is, where its answer goes, and what is redeemed. What two servers
 * could read differently in them is refused for all clients: which one asks would be a guess.
 */
export const identifyingParameters: ReadonlySet<string> = new Set([
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'request', 'request_uri'],
  ...['client_assertion', 'client_assertion_type', 'grant_type', 'code', 'refresh_token', 'device_code'],
  ...['auth_req_id', 'assertion', 'subject_token', 'resource', 'audience', 'pre-authorized_code'],
])

/**
 * What a form of the OP's own may have in common with an authorization request: Spring Authorization Server's consent
 * page names the client, a state of the OP's own, and a scope for each box that was ticked.
 */
const commonParameters: ReadonlySet<string> = new Set(['client_id', 'state', 'scope'])

/**
 * Whether an OP could take a form for an authorization request (RFC 6749 3.1.1, RFC 9101 5), or for a token request: it
 * has any parameter that only such requests have, be it empty.
 */
export function mayBeRequest(names: ReadonlySet<string>): boolean {
  const isTelling = (name: string): boolean => authorizationParameters.has(name) || name === 'grant_type'
  return [...names].some((name) => isTelling(name) && !commonParameters.has(name))
}

/**
 * Whether a link says whose request it is, or what is asked for. One that does not goes on with a request that the OP has
 * kept, of which it may repeat a state: such as the id under which Duende IdentityServer keeps it.
 */
export const saysWhoAsks = (names: ReadonlySet<string>): boolean =>
  names.has('client_id') || names.has('scope')
