/** A guard of the gateway that the source marks with `guard: name`, how to turn it off, and who has to notice. */
export interface Guard {
  readonly name: string
  /** What stands in its place, where turn-off.ts can't know it. */
  readonly off?: string
  /** Test files below `test`; one of them must fail without the guard. */
  readonly cases: readonly string[]
}

/** Guards by the name of their marker, and the tests that notice most of them. */
function marked(
  cases: readonly string[],
  rows: Readonly<Record<string, Partial<Omit<Guard, 'name'>>>>,
): Guard[] {
  return Object.entries(rows).map(([name, row]) => ({ name, cases, ...row }))
}

const path = 'attacks/path.test.ts'
const parameters = 'attacks/parameters.test.ts'
const headers = 'attacks/headers.test.ts'
const http = 'attacks/http.test.ts'
const cookies = 'attacks/cookies.test.ts'
const redirects = 'attacks/redirects.test.ts'
const tokenClient = 'attacks/token-client.test.ts'
const requestObjects = 'attacks/request-objects.test.ts'
const grants = 'attacks/grants.test.ts'
const clientNames = 'attacks/client-names.test.ts'
const responses = 'attacks/responses.test.ts'
const returns = 'attacks/returns.test.ts'
const sessions = 'attacks/sessions.test.ts'
const endpoints = 'attacks/endpoints.test.ts'
const verdicts = 'attacks/verdicts.test.ts'
const guardCases = 'attacks/guards-cases.test.ts'
const stepUp = 'e2e/step-up.test.ts'
const badInput = 'e2e/bad-input.test.ts'
const waysOn = 'e2e/ways-on.test.ts'
const token = 'e2e/token.test.ts'
const authsignal = 'authsignal/authsignal.test.ts'
const browserProbe = 'attacks/browser-probe.test.ts'
const answer = 'probe/authorization-answer.test.ts'
const handOver = 'passkeys/hand-over.test.ts'
const pagesAttack = 'attacks/pages.test.ts'
const passkeysAttack = 'attacks/passkeys.test.ts'
const handOverAttack = 'attacks/hand-over.test.ts'
const pagesTest = 'e2e/protected-pages.test.ts'
const passkeysTest = 'e2e/passkeys.test.ts'
const everyClient = 'e2e/every-client.test.ts'
const memory = 'attacks/memory.test.ts'
const looseRequests = 'attacks/loose-requests.test.ts'
const loopback = 'attacks/loopback.test.ts'

/** Every guard whose loss would open a way around, in the order in which a request meets them. */
export const guards: readonly Guard[] = [
  ...marked([path, 'http/target.test.ts'], {
    'dot-segments': { off: 'return' },
    backslashes: {},
    'nested-escapes': {},
    'path-parameters-that-hide': { cases: ['http/target.test.ts'] },
    'origin-form': { cases: ['http/target.test.ts'] },
    'path-segments': { cases: ['http/target.test.ts'] },
    'read-path-length': { cases: ['http/target.test.ts'] },
  }),
  ...marked([path, 'http/endpoints.test.ts'], {
    'back-channel-spellings': {},
    'authorization-spellings': { off: "return 'open'" },
    'path-readings': {},
    'script-names': { off: 'true' },
    'ways-to-authorization': {},
    'own-page-spellings': { off: "return 'open'" },
    'closed-paths': { cases: [path, 'http/endpoints.test.ts'] },
  }),
  ...marked([path, 'http/endpoints.test.ts'], {
    'handing-on': {},
    'program-folders': {},
    'many-programs': { cases: ['http/endpoints.test.ts'] },
    'programs-in-plain-paths': {},
  }),
  ...marked([path, 'http/endpoints.test.ts'], {
    'ntfs-streams': {},
  }),
  ...marked([parameters, 'oauth/parameters.test.ts'], {
    'one-value': {},
    'back-channel-query': {},
    'semicolon-pieces': { off: '/&([^=&]*)/g' },
    'all-names-length': {},
  }),
  ...marked([parameters, 'oauth/parameters.test.ts'], {
    'loose-names': {},
    'ascii-names': {},
    'name-length': {},
    'after-semicolons': {},
    'control-characters': {},
  }),
  ...marked([parameters, http, 'http/read-body.test.ts'], {
    'content-type': {},
    'content-encoding': {},
  }),
  ...marked([looseRequests], {
    'other-charsets': {},
    'identifying-parameters': {},
    'loose-requests': {},
    'loose-requests-of-nobody': {},
    'refusals-while-enforced': {},
    'requests-among-forms': {},
    'requests-among-links': {},
    'scope-of-forms': {},
    'clients-of-forms': { off: 'undefined' },
  }),
  ...marked([loopback, 'policy/policies.test.ts'], {
    'codes-next-door': { cases: [loopback] },
    'ports-with-tls': {},
    'ports-elsewhere': { cases: ['config/redirect-uri-key.test.ts'] },
    'clients-next-door': {},
    'look-alikes-next-door': { cases: ['policy/policies.test.ts'] },
    'same-port': {},
  }),
  ...marked([sessions, 'step-up/passes.test.ts'], {
    'forgotten-user': {},
    'forgotten-sign-in': { cases: ['step-up/sign-ins.test.ts'] },
    'forgotten-step-ups': { off: 'true' },
    'forgotten-needs': { cases: ['step-up/openings.test.ts'] },
    'forgotten-tabs': { cases: ['step-up/resume.test.ts'] },
    'held-epoch': { off: 'hashOf(...ids)' },
    'kept-until-forgotten': { cases: [sessions] },
    'forget-from-a-page': { cases: ['operate/serve-forget.test.ts'] },
    'forget-needs-proof': { cases: ['operate/serve-forget.test.ts'] },
    'sealed-answer': { cases: ['commands/forget.test.ts'] },
    'status-host': { cases: ['operate/serve-status.test.ts'] },
  }),
  ...marked([headers, 'http/host.test.ts'], {
    'known-host': {},
    'one-host': { cases: ['http/host.test.ts'] },
  }),
  ...marked([headers, 'http/request-headers.test.ts'], {
    'trusted-header-spellings': { off: 'name === other' },
  }),
  ...marked([headers, 'http/request-headers.test.ts'], {
    'connection-names': { cases: [http, headers] },
    'claimed-headers': {},
    'trusted-header': {},
    'certificate-of-a-proxy': {},
    'certificate-spellings': { cases: ['http/request-headers.test.ts'] },
    'one-certificate': { cases: ['http/request-headers.test.ts', headers] },
    'cgi-header-names': {},
    'transfer-codings': { cases: [http] },
    'single-headers': { cases: ['http/request-headers.test.ts'] },
    'negotiated-headers': { cases: [headers, 'http/request-headers.test.ts'] },
    'own-cookie-kept': {
      off: "join(received.get('cookie'), '; ')",
      cases: [cookies, 'http/request-headers.test.ts'],
    },
  }),
  ...marked([cookies, 'http/response-headers.test.ts'], {
    'own-cookie-not-taken': {},
    'one-location': { cases: [redirects, 'http/response-headers.test.ts'] },
    'other-ways-to-the-op': { cases: [http] },
  }),
  ...marked([cookies, 'http/cookies.test.ts'], {
    'two-session-cookies': { cases: ['http/cookies.test.ts'] },
    'session-cookies-under-other-names': {},
    'session-inside-cookies': {},
    'plain-cookies': { off: '!plainValue.test(value)', cases: ['http/cookies.test.ts'] },
    'session-in-cookie-name': { cases: [pagesAttack, 'http/cookies.test.ts'] },
    'session-in-cookie-text': { cases: ['http/cookies.test.ts', pagesAttack] },
    'own-cookie-once': { off: 'found[0]?.value' },
    'session-cookies-by-case': {},
  }),
  ...marked(['http/endpoints.test.ts'], {
    'paths-by-collation': { off: 'whole' },
  }),
  ...marked([requestObjects, 'oauth/strict-json.test.ts'], {
    'strict-json-parts': { off: 'json.length > maxLength', cases: ['oauth/strict-json.test.ts'] },
    'json-names-twice': {},
    'json-names-by-collation': { off: 'undefined' },
  }),
  ...marked(['oauth/page/json-redirect.test.ts'], {
    'json-redirect-parts': { off: 'json.length > maxLength' },
  }),
  ...marked(['oauth/page/form-watch.test.ts', responses], {
    'long-page-forms': {},
    'long-page-home': {},
    'long-page-words': {},
    'long-page-tags': { off: 'true' },
  }),
  ...marked([responses], {
    'guessed-types': {},
    'several-types': { off: "'other'" },
  }),
  ...marked([redirects], {
    'redirect-uri-paths': { off: 'url.pathname' },
    'scheme-case': { off: 'text' },
  }),
  ...marked([responses, sessions], {
    'id-token-subject': { off: 'true' },
    'access-token-subject': { off: 'true' },
    'id-token-audience': {},
  }),
  ...marked(['http/public-names.test.ts'], {
    'internal-addresses': { off: 'url' },
  }),
  ...marked(['store/room.test.ts'], {
    'bounded-bytes': { cases: [memory] },
    'bounded-entries': {},
    'shares-by-size': { off: '0' },
    'largest-owner-loses': { off: 'ranks.find(({ first }) => first !== undefined)' },
    'comer-loses': { off: 'false' },
  }),
  ...marked(['store/memory.test.ts'], {
    'entry-too-large': {},
    'entry-goes-to-user': { off: 'false', cases: [memory] },
    'stranger-takes-entry': { off: 'owner' },
    'two-byte-text': { off: 'true' },
    'expired-entries': { off: 'entry' },
  }),
  ...marked(['store/elapsed.test.ts'], {
    'no-time-twice': { off: 'at - seen' },
  }),
  ...marked(['store/collection.test.ts'], {
    'record-length': {},
  }),
  ...marked(['policy/age.test.ts'], {
    'nothing-young-from-the-future': { cases: [memory] },
  }),
  ...marked(['store/allowance.test.ts'], {
    'clock-set-back': { off: 'at - windowMs' },
    'allowance-limit': { off: 'true' },
  }),
  ...marked(['policy/decide.test.ts'], {
    'unenrolled-users': { off: 'true' },
    'no-fail-open-on-refusal': {},
    'remembered-for': {},
  }),
  ...marked([authsignal], {
    'ids-in-paths': { off: 'id' },
    'ids-that-climb': {},
  }),
  ...marked([authsignal], {
    'verdict-key': { off: 'true' },
    'valid-with-error': {},
    'two-actions': {},
  }),
  ...marked([authsignal], {
    'api-redirects': {},
    'environment-proxy': {},
  }),
  ...marked([authsignal], {
    'challenge-hosts': { off: 'true' },
  }),
  ...marked(['telemetry/log.test.ts', 'attacks/leaks.test.ts'], {
    'log-fields': {},
    'log-messages': {},
  }),
  ...marked(['telemetry/cut-fields.test.ts', 'attacks/leaks.test.ts'], {
    'log-long-text': {},
    'log-control-characters': { off: 'kept' },
    'log-objects': { off: 'true' },
    'log-values': {},
  }),
  ...marked([clientNames], {
    'id-case-and-accents': { off: "form.replace(unseen, '').toLowerCase()" },
    'id-unseen': { off: 'foldByCollation(form).toLowerCase()' },
    'id-skipped-letters': { off: '[text]' },
    'id-decoded-twice': { off: 'rounds.length < 2' },
    'ids-as-numbers': {},
    'ids-as-uuids': {},
    'id-too-long': {},
  }),
  ...marked([clientNames], {
    'look-alike-policy': { off: 'clientId' },
    'unlisted-count': { off: '[...policyIds].sort()', cases: ['attacks/budgets.test.ts'] },
  }),
  ...marked(['protected-pages/protected-paths.test.ts'], {
    'page-readings': {},
    'two-pages': {},
    'post-for-others': { off: 'false' },
    'head-for-get': { off: 'false' },
    'unknown-methods': {},
    'watched-page': {},
    'below-a-page': {},
    'page-script-names': {},
  }),
  ...marked(['protected-pages/session-in-url.test.ts'], {
    'session-in-path-parameters': { off: 'cookieless.test(path)' },
    'session-in-path': {},
    'token-in-query': {},
    'usual-session-names': {},
  }),
  ...marked([pagesAttack], {
    'harmless-headers': { off: 'headers' },
    'session-in-body': {},
    'headers-that-name-users': {},
    'session-in-url': {},
    'credentials-of-the-user': {},
  }),
  ...marked(['protected-pages/session-in-body.test.ts'], {
    'coded-bodies': {},
    'field-count': { off: 'names === undefined' },
    'field-names-length': {},
    'json-body-parts': {},
  }),
  ...marked([pagesAttack], {
    'probed-session-only': { off: 'request.exchange.upstreamHeaders' },
    'page-preflight': { off: 'headers' },
    'other-credentials': {},
    'page-body': { off: 'undefined', cases: [pagesTest] },
    'failed-probe': { cases: [pagesTest] },
    'nobody-changes': { cases: [pagesTest] },
    'credentials-of-nobody': {},
    'cookies-of-nobody': { off: 'request.exchange.upstreamHeaders' },
    'page-form-origin': { cases: [pagesTest] },
    'denied-page': { off: 'return' },
  }),
  ...marked([pagesAttack], {
    'page-navigations': {},
  }),
  ...marked([passkeysAttack], {
    'form-origin': {},
  }),
  ...marked(['config/schema/consistency.test.ts'], {
    'sign-in-action': {},
  }),
  ...marked([tokenClient, 'oauth/client-authentication.test.ts'], {
    'one-client': {},
    'exact-basic': {},
    'signed-assertions': {},
  }),
  ...marked(['attacks/hidden-requests.test.ts'], {
    'allow-for-unknown': { off: 'decision' },
  }),
  ...marked(['attacks/hidden-requests.test.ts', 'policy/policies.test.ts'], {
    'address-owners': { off: 'true' },
  }),
  ...marked(['attacks/hidden-requests.test.ts', 'policy/strictest.test.ts'], {
    'stricter-policy': { off: 'strictest' },
  }),
  ...marked(['e2e/first-requests.test.ts'], {
    'visits-of-their-own': { off: "'one'" },
  }),

  ...marked([headers], {
    'trusted-header-name': { off: 'undefined' },
  }),
  ...marked([parameters], {
    'preflight-body': {},
    'preflight-parameters': {},
    'preflight-credentials': { off: 'exchange.upstreamHeaders' },
  }),
  ...marked([parameters], {
    'judged-body': { off: 'undefined' },
    'judged-requests-only': { cases: ['upstream/http-proxy-seam.test.ts'] },
  }),
  ...marked([requestObjects], {
    'written-length': { cases: [responses] },
    'escaped-length': { cases: [responses] },
    'openid-scope': {},
    'response-types': {},
    'response-modes': {},
    'contradicting-request-objects': {},
    'opaque-request-objects': {},
    'scopes-that-are-none': {},
  }),
  ...marked([requestObjects, guardCases], {
    'request-and-request-uri': { cases: [guardCases] },
    'objects-in-objects': { off: '!claims' },
  }),
  ...marked([requestObjects], {
    'both-readings': {},
    'kept-for-its-own-request': { off: 'true', cases: [guardCases] },
  }),
  ...marked([redirects, endpoints, responses], {
    'unlisted-redirect-uris': {},
    'app-addresses': { cases: ['attacks/unlisted.test.ts', 'pages/open-app-page.test.ts'] },
    'asked-for-redirect-uris': { cases: [endpoints] },
    'pushed-redirect-uris': { cases: [endpoints] },
    'redirect-uri-beside-client': {},
    'tokens-of-another-tab': { cases: ['e2e/another-tab.test.ts'] },
    'answers-of-this-tab': { cases: [redirects] },
  }),
  ...marked([responses, sessions, verdicts, guardCases], {
    'unknown-users': { off: "{ kind: 'relay' }" },
    'kept-for-its-user': { cases: [guardCases] },
    'kept-for-its-session': { cases: [guardCases] },
    'kept-once': { cases: [guardCases] },
    'kept-for-a-while': { cases: [guardCases] },
    'front-channel-tokens': {},
    'released-before-it-leaves': { cases: [guardCases] },
    'what-was-not-asked-for': { off: 'true', cases: [guardCases] },
    'responses-of-two-readings': {},
  }),
  ...marked(['e2e/wire.test.ts'], {
    'repeatable-methods': {},
    'answers-that-began': {},
    'refused-framing': { cases: [http] },
    upgrades: { cases: ['http/upgrade.test.ts'] },
  }),
  ...marked([responses], {
    'pages-that-submit-themselves': { off: "type === 'xml'" },
    'parts-of-pages': {},
    'no-page-at-authorization': { off: 'false' },
  }),
  ...marked([responses], {
    'pages-of-two-readings': {},
    'pages-in-xml': {},
    'unreadable-codings': {},
    'pages-too-long': {},
  }),
  ...marked([responses], {
    'long-pages-at-authorization': {},
    'rest-of-a-long-page': { off: 'page.stream' },
  }),
  ...marked([responses], {
    'tokens-in-no-page': {},
  }),
  ...marked([answer], {
    'probe-redirect-uri': {},
    'probe-state': {},
    'probe-issuer': {},
    'probe-parameters-once': {},
  }),
  ...marked([browserProbe], {
    'trips-in-circles': {},
    'questions-are-probes': {},
    'question-of-this-browser': {},
    'question-once': { cases: ['e2e/browser-probe.test.ts'] },
    'code-of-the-session': {},
    'answer-once': {},
    'request-in-its-session': {},
    'answer-of-its-session': {},
    'pages-by-session-cookie': { cases: ['config/schema/consistency.test.ts'] },
  }),
  ...marked(['probe/id-token-answer.test.ts'], {
    'probe-audience': {},
    'nonce-of-the-question': {},
    'authorized-party': {},
  }),
  ...marked(['probe/probe.test.ts'], {
    'probe-nonce': {},
    'probe-signature': {},
    'probe-pkce': {},
  }),
  ...marked([returns], {
    'one-result-token': {},
    'no-challenge-in-frames': {},
  }),
  ...marked([returns, badInput], {
    'return-nonce': {},
    'return-cookie': {},
    'burnt-step-up': {},
    'one-attempt': { off: 'true' },
    'step-up-time': {},
    'reload-for-a-minute': {},
    'own-end': { cases: [waysOn] },
  }),
  ...marked([returns, waysOn], {
    'bound-browser': {},
    'no-wider-scope-joins': {},
  }),
  ...marked([verdicts], {
    'verdict-user': {},
    'verdict-action': {},
    'verdict-idempotency-key': {},
    'verdict-is-valid': {},
    'verdict-state': {},
    'not-before-it-began': {},
    'not-in-the-future': {},
    'verdict-method': { cases: [stepUp] },
  }),
  ...marked(['step-up/sign-ins.test.ts'], {
    'sign-in-until-sign-out': {},
  }),
  ...marked(['step-up/passes.test.ts'], {
    'pass-session': {},
    'pass-client': {},
    'pass-user': {},
    'pass-until-sign-out': {},
    'pass-action': {},
    'pass-lifetime': {},
    'pass-scope': {},
    'pass-once': { off: 'true' },
  }),
  ...marked(['step-up/proofs.test.ts'], {
    'proof-session': {},
    'proof-until-sign-out': { cases: ['step-up/passes.test.ts'] },
    'proof-lifetime': { off: 'true' },
  }),
  ...marked(['sign-out/logout-token.test.ts'], {
    'logout-token-audience': {},
    'logout-token-issuer': {},
    'logout-token-nonce': {},
    'logout-token-event': {},
  }),
  ...marked(['sign-out/sign-out.test.ts'], {
    'sign-out-by-any-answer': { off: 'false' },
  }),
  ...marked(['oauth/own-request-uri.test.ts'], {
    'own-origin': {},
    'own-endpoint': {},
    'nothing-beside-it': {},
    'own-client': {},
  }),
  ...marked(['policy/probe-result.test.ts'], {
    'renewed-for-its-user': {},
    'renewed-in-its-session': {},
  }),
  ...marked(['legs/request/repeatable-request.test.ts'], {
    'target-length': { off: 'true' },
  }),
  ...marked([memory], {
    'requests-go-to-their-user': {},
  }),
  ...marked([memory], {
    'refresh-tokens-by-user': { off: "ownedByGrant('', '')" },
  }),
  ...marked([token, sessions, grants], {
    'grants-on-the-list': { cases: [tokenClient, grants] },
    'unreleased-codes': {},
    'grants-without-client': { off: 'false', cases: [clientNames] },
    'policy-of-the-release': { off: 'client.policy', cases: [grants] },
    'codes-of-other-clients': {},
    'old-refresh-tokens': { cases: [grants, token] },
    'token-exchange-for-others': {},
    'grants-of-other-doors': { cases: [tokenClient, grants] },
    'other-doors-for-nobody': { cases: [clientNames] },
    'names-at-other-doors': { cases: [clientNames] },
    'audiences-to-compare': { cases: [clientNames] },
    'token-exchange-by-another-name': { cases: [clientNames] },
  }),
  ...marked(['step-up/attempts.test.ts', 'attacks/budgets.test.ts'], {
    'known-browsers': {},
    'known-sessions': {},
    'silent-questions': { off: 'true' },
    'address-gets-back': {},
  }),
  ...marked(['step-up/judge.test.ts', 'attacks/budgets.test.ts'], {
    'silent-refusals-by-place': { off: "''" },
    'silent-refusals-by-scope': {},
    'silent-refusals-by-acr': {},
    'questions-of-strangers': { cases: ['attacks/budgets.test.ts'] },
  }),
  ...marked(['step-up/openings.test.ts'], {
    'first-tab': {},
  }),
  ...marked(['attacks/budgets.test.ts'], {
    'probes-by-load': {},
    'address-probes-by-load': {},
    'spent-sessions': {},
  }),
  ...marked([clientNames], {
    'codes-under-any-grant': {},
    'codes-without-client': {},
    'device-codes-without-client': {},
    'refresh-tokens-without-client': { off: 'false' },
  }),
  ...marked([clientNames], {
    'names-in-requests': {},
  }),
  ...marked([token, sessions, grants], {
    'token-objections': { cases: [token] },
    'unreadable-token-responses': { off: 'undefined' },
    'no-id-token': {},
    'encrypted-id-tokens': { off: 'undefined' },
    'other-audience': {},
    'grants-of-the-audience': { cases: ['fuzz/tokens.test.ts'] },
    'audience-without-release': {},
    'other-subject': {},
    'other-methods': { off: 'true', cases: [guardCases] },
    'other-session': {},
  }),
  ...marked([handOver], {
    'users-that-fit': {},
    'failed-hand-over': {},
    'hand-over-cookies': { off: "[headers['set-cookie'] ?? []].flat()" },
  }),
  ...marked(['passkeys/hand-over-url.test.ts'], {
    'jwt-stays-here': {},
    'jwt-has-its-own-query': {},
  }),
  ...marked([pagesAttack], {
    'answers-to-protected-pages': {},
  }),
  ...marked([passkeysAttack], {
    'calls-from-this-origin': {},
    'fresh-step-up-for-a-call': {},
    'no-token-for-a-browser': { off: 'challengeId', cases: [passkeysTest] },
  }),
  ...marked([passkeysTest], {
    'passkey-page-needs-step-up': { off: 'true' },
    'removal-origin': {},
    'way-back-listed': {},
  }),
  ...marked([passkeysAttack], {
    'entry-navigations': {},
    'entry-leads-to-login-page': { off: 'true' },
    'whom-the-op-signed-in': {},
    'somebody-is-signed-in': {},
  }),
  ...marked(['passkeys/passkey-ceremony.test.ts'], {
    'ceremony-browser': {},
    'ceremony-purpose': {},
    'ceremony-step-once': {},
  }),
  ...marked([passkeysAttack], {
    'passkey-verified': {},
    'passkey-action': {},
    'passkey-same-sign-in': {},
    'passkey-method': {},
    'passkey-time': { off: 'undefined' },
    'passkey-names-somebody': {},
    'entry-once': { off: 'true' },
  }),
  ...marked([passkeysAttack], {
    'entry-for-a-minute': { cases: ['passkeys/entry-step.test.ts'] },
    'entry-browser': {},
  }),
  ...marked([handOverAttack], {
    'jwt-from-a-browser': { off: 'true' },
    'jwt-in-headers': {},
    'jwt-in-body': {},
    'hand-over-navigations': {},
    'hand-over-once': { off: 'true' },
    'hand-over-page': {},
  }),
  ...marked([handOverAttack], {
    'jwt-at-every-endpoint': { off: 'undefined' },
  }),
  ...marked(['passkeys/sign-in-token.test.ts'], {
    'jwt-escape-rounds': { off: '1' },
    'jwt-at-second-place': {},
    'jwt-at-third-place': {},
    'jwt-in-utf-16': { off: 'true' },
  }),
  ...marked(['passkeys/loose-patterns.test.ts', handOverAttack], {
    'jwt-path-readings': {},
  }),
  ...marked([passkeysAttack], {
    'enrolment-of-this-user': {},
    'one-removal-at-a-time': { cases: ['passkeys/passkey-enrolment.test.ts'] },
    'last-authenticator-stays': { cases: [passkeysTest] },
    'passkeys-of-this-user': { cases: ['passkeys/passkey-enrolment.test.ts'] },
    'rules-forbid-a-passkey': { off: 'return token', cases: ['passkeys/passkey-enrolment.test.ts'] },
  }),
  ...marked([everyClient], {
    'skip-while-it-may-be': { cases: [pagesAttack] },
    'device-after-step-up': { off: 'true', cases: ['e2e/remember-device.test.ts'] },
    'own-links': { cases: ['attacks/links.test.ts'] },
  }),
  ...marked(['step-up/link-key.test.ts'], {
    'links-of-one-step-up': {},
  }),
  ...marked(['attacks/devices.test.ts'], {
    'fresh-device-name': { off: 'browser.deviceId ?? randomUUID()' },
    'earlier-device-name': {},
    'taken-device-name': { off: '{ id: deviceId, forMs }' },
  }),
  ...marked(['legs/request/in-flight.test.ts'], {
    'forms-go-on': {},
    'renewals-at-once': { cases: ['e2e/returning-op.test.ts'] },
    'returns-go-on': {},
    'reloads-start-anew': {},
    'starts-of-the-same': {},
    'newer-logins': {},
  }),
  ...marked([everyClient], {
    'recognised-clients': {},
    'tokens-within-the-op': {},
  }),
  ...marked(['attacks/hidden-requests.test.ts'], {
    'requests-of-this-browser': { off: 'correlation' },
    'scope-of-both': {},
  }),
  ...marked(['attacks/hidden-requests.test.ts'], {
    'requests-that-look-alike': { off: 'answered' },
  }),
  ...marked(['attacks/hidden-requests.test.ts'], {
    'tokens-that-were-asked-for': { off: 'true' },
    'tokens-that-name-nobody': { off: 'true' },
    'answer-of-its-request': { off: 'true' },
  }),
  ...marked(['attacks/hidden-requests.test.ts'], {
    'shared-redirect-uri': {},
    'audience-of-a-response': {},
  }),
  ...marked([pagesAttack], {
    'answer-subject': {},
    'answer-session': {},
    'answer-for-nobody': { off: 'true' },
  }),
  ...marked(['metrics/about.test.ts'], {
    'clients-as-labels': { off: 'true' },
  }),
  ...marked(['e2e/tracing.test.ts'], {
    'traces-of-strangers': { off: 'true' },
  }),
  ...marked(['instance/instance.test.ts'], {
    'doctor-questions': {},
    'doctor-states': {},
  }),
]
