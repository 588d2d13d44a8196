import t from 'tap'
import type { RefusalCode } from '../../src/edge/refusal.ts'
import { refusalPage } from '../../src/pages/refusal-page.ts'

const statuses: Record<RefusalCode, number> = {
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
  internal: 500,
  upstream_unreachable: 502,
  upstream_unreadable: 502,
  store_unavailable: 503,
  provider_unavailable: 503,
  upstream_timeout: 504,
}

for (const [code, status] of Object.entries(statuses) as [RefusalCode, number][]) {
  t.test(`${code} is told as ${status}, in words for people`, async (t) => {
    const page = refusalPage(code, 'id-1')
    t.equal(page.statusCode, status)
    t.strictSame(page.headers, status === 503 ? { 'retry-after': '5' } : undefined)
    t.match(page.html, 'Support id: <code>id-1</code>')
    const words = page.html.slice(page.html.indexOf('<h1>'), page.html.indexOf('<footer>'))
    t.match(words, /^<h1>[A-Z].*<\/h1>\n<p>.*<\/p>/)
    t.notMatch(
      words,
      /[a-z]_[a-z]|upstream|proxy|gateway|store|provider|redirect|enrol|authsignal|parameter/i,
    )
  })
}

t.test('the support id is escaped', async (t) => {
  t.notMatch(refusalPage('internal', '<b>').html, '<b>')
})
