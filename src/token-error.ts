import type { RefusalKey, RefusalOptions } from './refusal.ts'

const statusCodes = {
  invalid_request: 400,
  invalid_grant: 400,
  unauthorized_client: 400,
  server_error: 500,
  temporarily_unavailable: 503,
} as const

export type TokenErrorCode = keyof typeof statusCodes

/** What a client may read: one text per code, so that no answer reveals the reason (threats Z-05). */
const descriptions: Record<TokenErrorCode, string> = {
  invalid_request: 'The request is malformed.',
  invalid_grant: 'The grant is invalid, expired, revoked or was issued to another client.',
  unauthorized_client: 'The client is not authorized to use this grant type.',
  server_error: 'The request could not be checked.',
  temporarily_unavailable: 'The service is not available at the moment.',
}

/**
 * A refusal at an endpoint that clients call themselves (RFC 6749 5.2).
 * The message is for the log and never sent.
 */
export class TokenError extends Error {
  readonly code: TokenErrorCode
  readonly statusCode: number
  /** What was not allowed, as it was sent; for the log too, and never a secret. */
  readonly value: string | undefined
  /** The key of the client's policy that changes it. */
  readonly key: RefusalKey | undefined

  constructor(
    code: TokenErrorCode,
    detail: string,
    options: Pick<RefusalOptions, 'cause' | 'value' | 'key'> = {},
  ) {
    super(detail, options)
    this.name = 'TokenError'
    this.code = code
    this.statusCode = statusCodes[code]
    this.value = options.value
    this.key = options.key
  }

  get body(): { readonly error: TokenErrorCode; readonly error_description: string } {
    return { error: this.code, error_description: descriptions[this.code] }
  }
}
