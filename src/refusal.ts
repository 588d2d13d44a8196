const statusCodes = {
  malformed_target: 400,
  ambiguous_target: 400,
  malformed_headers: 400,
  unknown_host: 400,
  malformed_parameters: 400,
  ambiguous_parameters: 400,
  ambiguous_cookies: 400,
  unsupported_response: 400,
  unsupported_request: 400,
  no_cookie: 400,
  wrong_return: 400,
  unknown_user: 403,
  sign_in_first: 403,
  verify_first: 403,
  not_allowed: 403,
  passkey_refused: 403,
  unlisted_redirect_uri: 403,
  not_found: 404,
  method_not_allowed: 405,
  used: 410,
  expired: 410,
  restart: 410,
  body_too_large: 413,
  unsupported_content_type: 415,
  internal: 500,
  unsupported_upgrade: 501,
  upstream_unreachable: 502,
  upstream_unreadable: 502,
  store_unavailable: 503,
  verification_unavailable: 503,
  provider_unavailable: 503,
  upstream_timeout: 504,
} as const

/** Every reason for which the gateway answers a request itself instead of forwarding a message. */
export type RefusalCode = keyof typeof statusCodes

/** A key of a client's policy that a refusal rests on. */
export type RefusalKey = 'grants' | 'redirectUris' | 'refreshMaxAge' | 'refreshTokens' | 'responseTypes'

/** Whose request is refused, where the request itself does not say so. */
export interface RefusalOwner {
  readonly clientId?: string | undefined
  /** Where no client asks, but a page is asked for. */
  readonly page?: string | undefined
  readonly user?: { readonly subject: string; readonly session?: string | undefined } | undefined
}

/** What the line of a refusal says besides its detail; never a secret. */
export interface RefusalOptions extends ErrorOptions, RefusalOwner {
  /** What was not allowed, as it was sent. */
  readonly value?: string | undefined
  /** The key that changes it. */
  readonly key?: RefusalKey | undefined
}

/**
 * A request that the gateway itself refuses. The detail is written for the log: it names what was expected and never
 * quotes a value from the wire that could be a secret, and it is never shown to the person or client that is refused.
 */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly statusCode: number
  readonly value: string | undefined
  readonly key: RefusalKey | undefined
  readonly owner: RefusalOwner

  constructor(code: RefusalCode, detail: string, options: RefusalOptions = {}) {
    super(detail, options)
    this.name = 'Refusal'
    this.code = code
    this.statusCode = statusCodes[code]
    this.value = options.value
    this.key = options.key
    this.owner = { clientId: options.clientId, page: options.page, user: options.user }
  }
}
