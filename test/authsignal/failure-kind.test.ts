import t from 'tap'
import { type FailureKind, kindOfAnswer, kindOfNetworkCode } from '../../src/authsignal/failure-kind.ts'

t.test('a failure without an answer', async (t) => {
  const table: [code: string, kind: FailureKind][] = [
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
    ['CERT_HAS_EXPIRED', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
    ['HOSTNAME_MISMATCH', 'tls'],
    ['EPROTO', 'tls'],
    ['ERR_BAD_RESPONSE', 'unreadable_answer'],
    ['unknown', 'unreadable_answer'],
  ]
  for (const [code, kind] of table) t.equal(kindOfNetworkCode(code), kind, code)
})

t.test('an answer that is none', async (t) => {
  const html = '\n<!doctype html><title>A website</title>'
  const table: [status: number, body: unknown, code: string | undefined, kind: FailureKind][] = [
    [200, html, undefined, 'wrong_url'],
    [200, '', undefined, 'unreadable_answer'],
    [200, {}, undefined, 'unreadable_answer'],
    [301, '', undefined, 'wrong_url'],
    [400, {}, 'invalid_request', 'request_refused'],
    [400, {}, 'AUTHENTICATOR_NOT_FOUND', 'no_authenticators'],
    [401, {}, 'unauthorized', 'wrong_key'],
    [401, '', undefined, 'wrong_key'],
    [403, {}, undefined, 'wrong_key_type'],
    [403, html, undefined, 'wrong_url'],
    [404, html, undefined, 'wrong_url'],
    [404, {}, undefined, 'wrong_url'],
    [404, {}, 'not_found', 'request_refused'],
    [405, {}, 'method_not_allowed', 'wrong_url'],
    [409, {}, undefined, 'request_refused'],
    [429, '', undefined, 'rate_limited'],
    [500, '', undefined, 'server_error'],
    [599, html, undefined, 'server_error'],
    [600, '', undefined, 'unreadable_answer'],
    [204, '', undefined, 'unreadable_answer'],
  ]
  for (const [status, body, code, kind] of table)
    t.equal(kindOfAnswer(status, body, code), kind, `${status} ${code} ${body}`)
})
