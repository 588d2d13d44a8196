import t from 'tap'
import { Refusal, type RefusalCode } from '../../src/edge/refusal.ts'

const statuses: Record<RefusalCode, number> = {
  malformed_target: 400,
  ambiguous_target: 400,
  malformed_headers: 400,
  unknown_host: 400,
  malformed_parameters: 400,
  ambiguous_parameters: 400,
  ambiguous_cookies: 400,
  no_cookie: 400,
  wrong_return: 400,
  not_verified: 403,
  unknown_user: 403,
  unlisted_redirect_uri: 403,
  not_found: 404,
  method_not_allowed: 405,
  used: 410,
  expired: 410,
  restart: 410,
  body_too_large: 413,
  unsupported_content_type: 415,
  unsupported_response: 400,
  unsupported_request: 400,
  internal: 500,
  upstream_unreachable: 502,
  upstream_unreadable: 502,
  store_unavailable: 503,
  provider_unavailable: 503,
  upstream_timeout: 504,
}

for (const [code, statusCode] of Object.entries(statuses) as [RefusalCode, number][]) {
  t.test(`${code} is answered ${statusCode}`, async (t) => {
    const cause = new Error('why')
    const refusal = new Refusal(code, 'for the log', { cause })
    t.match(refusal, { name: 'Refusal', message: 'for the log', code, statusCode, cause })
    t.ok(refusal instanceof Error)
  })
}
