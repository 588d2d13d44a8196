/** All kinds of failures. */
export const failures = [
  'timeout',
  'connection_refused',
  'connection_lost',
  'unreachable',
  'dns',
  'tls',
  'wrong_key',
  'wrong_key_type',
  'wrong_url',
  'rate_limited',
  'no_authenticators',
  'request_refused',
  'server_error',
  'unreadable_answer',
  'not_sent',
] as const

/** What went wrong with a call of Authsignal, as far as it has a remedy of its own. */
export type FailureKind = (typeof failures)[number]

const kindOfCode: ReadonlyMap<string, FailureKind> = new Map([
  ['timeout', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_lost'],
  ['EPIPE', 'connection_lost'],
  ['broken_off', 'connection_lost'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
])

/** Node's and OpenSSL's codes for a handshake or a certificate that failed. */
const tlsCode =
  /CERT|^ERR_(?:TLS|SSL)|^(?:DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/

/** The kind of a failure without an answer, by the code of the network or of the HTTP client. */
export const kindOfNetworkCode = (code: string): FailureKind =>
  kindOfCode.get(code) ?? (tlsCode.test(code) ? 'tls' : 'unreadable_answer')

/**
 * The kind of an answer that is none.
 *
 * @param code Authsignal's own, where the body has one.
 */
export function kindOfAnswer(status: number, body: unknown, code: string | undefined): FailureKind {
  if (status === 200) return isPage(body) ? 'wrong_url' : 'unreadable_answer'
  if (status === 401) return 'wrong_key'
  if (status === 403) return isPage(body) ? 'wrong_url' : 'wrong_key_type'
  if (status === 429) return 'rate_limited'
  if (status >= 500 && status < 600) return 'server_error'
  if (status >= 300 && status < 400) return 'wrong_url'
  // Authsignal itself names what it does not find.
  if (status === 405 || (status === 404 && code === undefined)) return 'wrong_url'
  if (status >= 400 && status < 500)
    return code === 'AUTHENTICATOR_NOT_FOUND' ? 'no_authenticators' : 'request_refused'
  return 'unreadable_answer'
}

/** HTML: of a website, a proxy or a portal. */
const isPage = (body: unknown): boolean => typeof body === 'string' && body.trimStart().startsWith('<')
