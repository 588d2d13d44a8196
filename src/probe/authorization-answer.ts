import type { Config } from '../config/schema/schema.ts'

const redirects = new Set([301, 302, 303, 307, 308])

/** Why the OP's answer to the probe names nobody; the codes are RFC 6749's (4.1.2.1) and OIDC Core's (3.1.2.6). */
export type AnswerFault =
  | 'not_a_redirect'
  | 'other_redirect'
  | 'ambiguous_answer'
  | 'state_mismatch'
  | 'issuer_mismatch'
  | 'code_missing'
  | 'id_token_missing'
  | 'upstream_error'
  | 'authorization_error'
  | AuthorizationErrorCode

type AuthorizationErrorCode = (typeof authorizationErrors)[number]

const authorizationErrors = [
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
] as const

/** What the probe's own authorization response must match. */
export interface Expected {
  readonly redirectUri: string
  readonly state: string
  readonly issuer: string
  /** RFC 9207: whether `iss` may be left out. */
  readonly isIssuerSent: boolean
  /** What the question asked for. An ID token comes in the fragment (OIDC Core 3.2.2.5). */
  readonly responseType: ResponseType
}

/** What the gateway's own client asks for. */
export type ResponseType = Config['provider']['probe']['responseType']

/** @param metadata of the OP. */
export const expectAnswer = (
  {
    issuer,
    authorization_response_iss_parameter_supported: isIssuerSent,
  }: {
    readonly issuer: string
    readonly authorization_response_iss_parameter_supported?: unknown
  },
  redirectUri: string,
  state: string,
  responseType: ResponseType = 'code',
): Expected => ({ redirectUri, state, issuer, isIssuerSent: isIssuerSent === true, responseType })

export type AuthorizationAnswer =
  | { readonly fault?: never; readonly parameters: URLSearchParams }
  | { readonly fault: AnswerFault; readonly detail?: string | undefined }

/**
 * Reads the OP's answer to the probe's authorization request. Only a redirect to exactly the probe's redirect URI
 * counts, with one code, our state, no parameter twice and no error beside the code. A fragment is not looked at where a
 * code was asked for: no client sees it, and some OPs put a meaningless one there. Where an ID token was, nothing else is.
 *
 * @returns with a fault a detail for the log, where there is one to tell; it holds no query and nothing like an id.
 */
export function readAnswer(
  answer: { readonly statusCode: number; readonly location: string | string[] | undefined },
  expected: Expected,
): AuthorizationAnswer {
  const { statusCode, location } = answer
  const detail = `answered ${statusCode}`
  if (statusCode >= 500) return { fault: 'upstream_error', detail }
  if (!redirects.has(statusCode) || location === undefined) return { fault: 'not_a_redirect', detail }
  if (typeof location !== 'string') return { fault: 'ambiguous_answer' }
  const [address = '', ...fragment] = location.split('#')
  const isInFragment = expected.responseType === 'id_token'
  const [target, ...query] = isInFragment ? [address, ...fragment] : address.split('?')
  // guard: probe-redirect-uri
  if (target !== expected.redirectUri) return { fault: 'other_redirect', ...describeTarget(target, expected) }
  const parameters = new URLSearchParams(query.join(isInFragment ? '#' : '?'))
  const fault = findFault(parameters, expected)
  return fault === undefined ? { parameters } : { fault }
}

function findFault(parameters: URLSearchParams, expected: Expected): AnswerFault | undefined {
  // guard: probe-parameters-once
  if (new Set(parameters.keys()).size !== parameters.size) return 'ambiguous_answer'
  if (parameters.has(expected.responseType) && parameters.has('error')) return 'ambiguous_answer'
  // guard: probe-state
  if (parameters.get('state') !== expected.state) return 'state_mismatch'
  const error = parameters.get('error')
  // An error gives nothing away that another issuer could want: one without `iss` still says what is wrong.
  // An ID token names its own (RFC 9207 2.4).
  const isIssuerNeeded = expected.isIssuerSent && error === null && expected.responseType === 'code'
  const issuer = parameters.get('iss') ?? (isIssuerNeeded ? '' : expected.issuer)
  // guard: probe-issuer
  if (issuer !== expected.issuer) return 'issuer_mismatch'
  if (error !== null) return authorizationErrors.find((code) => code === error) ?? 'authorization_error'
  return parameters.get(expected.responseType) ? undefined : `${expected.responseType}_missing`
}

/** Paths may hold ids of sessions and of pending logins: what is as long as such an id is left out. */
function describeTarget(target = '', { redirectUri }: Expected): { readonly detail?: string } {
  if (!URL.canParse(target, redirectUri)) return {}
  const { origin, pathname } = new URL(target, redirectUri)
  const path = pathname.replace(/;.*/, '').replace(/[^/]{16,}/g, '…')
  return { detail: `leads to ${origin === new URL(redirectUri).origin ? '' : origin}${path}` }
}
