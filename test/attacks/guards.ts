/** A guard of the gateway that the source marks with `guard: name`, how to turn it off, and who has to notice. */
export interface MarkedGuard {
  readonly name: string
  /** What stands in its place, where turn-off.ts can't know it. */
  readonly off?: string
  /** Test files below `test`; one of them must fail without the guard. */
  readonly cases: readonly string[]
}

/** A guard that is not marked yet. */
export interface UnmarkedGuard {
  readonly name: string
  /** The source file, below `src`. */
  readonly file: string
  /** Source text that occurs exactly once in the file. */
  readonly find: string
  /** What stands in its place where the guard is off. */
  readonly replace: string
  readonly cases: readonly string[]
}

export type Guard = MarkedGuard | UnmarkedGuard

/** Guards by the name of their marker, and the tests that notice most of them. */
function marked(
  cases: readonly string[],
  rows: Readonly<Record<string, Partial<Omit<MarkedGuard, 'name'>>>>,
): MarkedGuard[] {
  return Object.entries(rows).map(([name, row]) => ({ name, cases, ...row }))
}

/** The guards of one file, and the tests that notice most of them. */
function inFile(
  file: string,
  cases: readonly string[],
  rows: readonly (readonly [name: string, find: string, replace: string, ...others: string[]])[],
): UnmarkedGuard[] {
  return rows.map(([name, find, replace, ...others]) => ({
    name,
    file,
    find,
    replace,
    cases: others.length > 0 ? others : cases,
  }))
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
const answer = 'probe/authorization-answer.test.ts'
const handOver = 'passkeys/hand-over.test.ts'
const pagesAttack = 'attacks/pages.test.ts'
const passkeysAttack = 'attacks/passkeys.test.ts'
const handOverAttack = 'attacks/hand-over.test.ts'
const pagesTest = 'e2e/protected-pages.test.ts'
const passkeysTest = 'e2e/passkeys.test.ts'
const everyClient = 'e2e/every-client.test.ts'
const memory = 'attacks/memory.test.ts'

/** Every guard whose loss would open a way around, in the order in which a request meets them. */
export const guards: readonly Guard[] = [
  ...marked([path, 'http/target.test.ts'], {
    'dot-segments': { off: 'return' },
    backslashes: {},
    'nested-escapes': {},
    'path-parameters-that-hide': { cases: ['http/target.test.ts'] },
    'origin-form': { cases: ['http/target.test.ts'] },
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
    'semicolon-pieces': {},
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
    'cgi-header-names': {},
    'transfer-codings': { cases: [http] },
    'single-headers': { cases: ['http/request-headers.test.ts'] },
    'negotiated-headers': { cases: [headers, 'http/request-headers.test.ts'] },
    'own-cookie-kept': {
      off: "received.get('cookie')?.join('; ')",
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
  }),
  ...marked(['http/endpoints.test.ts'], {
    'paths-by-collation': { off: 'whole' },
  }),
  ...marked([requestObjects, 'oauth/strict-json.test.ts'], {
    'json-names-twice': {},
    'json-names-by-collation': { off: 'undefined' },
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
    'field-count': {},
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

  ...inFile(
    'legs/read-exchange.ts',
    [headers],
    [['the name of the header that the OP trusts', 'config.passkeys?.signIn?.header?.name', 'undefined']],
  ),
  ...inFile(
    'legs/preflight.ts',
    [parameters],
    [
      ['no body in a preflight', 'if (hasBody(headers)) throw', 'if (false) throw'],
      [
        'no parameters in a preflight',
        "parseParameters({ query: exchange.target.query }, 'backchannel')",
        '',
      ],
      [
        'no credentials in a preflight',
        'dropCredentials(exchange.upstreamHeaders)',
        'exchange.upstreamHeaders',
      ],
    ],
  ),
  ...marked([parameters], {
    'judged-body': { off: 'undefined' },
    'judged-requests-only': { cases: ['upstream/http-proxy-seam.test.ts'] },
  }),
  ...inFile(
    'legs/request/readable-request.ts',
    [requestObjects],
    [
      [
        'the length of what is written',
        'if (measureWritten(query) > limit) throw',
        'if (false) throw',
        responses,
      ],
      ['the length of what is escaped', 'bytes.length + 5 *', 'bytes.length + 0 *', responses],
      ['openid in scope', "if (!parameters.get('scope')?.split(' ').includes('openid')) {", 'if (false) {'],
      ['response types', 'if (!isTypeAllowed(policy, responseType)) {', 'if (false) {'],
      ['response modes', 'if (!readableModes.includes(responseMode)) {', 'if (false) {'],
      ['request objects that contradict', 'if (isContradictory) throw', 'if (false) throw'],
      ['opaque request objects', "if (source === 'opaque') throw", 'if (false) throw'],
    ],
  ),
  ...inFile(
    'legs/request/resolve-request.ts',
    [requestObjects, guardCases],
    [
      [
        'request and request_uri',
        'if (object !== undefined && uri !== undefined) {',
        'if (false) {',
        guardCases,
      ],
      ['objects in objects', "claims.has('request') || claims.has('request_uri')", 'false'],
    ],
  ),
  ...inFile(
    'legs/request/request-leg.ts',
    [requestObjects],
    [
      [
        'both readings of a request',
        '[outer.get(name), inner.get(name)].filter((value) => value !== undefined)',
        '[outer.get(name)].filter((value) => value !== undefined)',
      ],
      [
        'kept decisions for their own request',
        'isDeepStrictEqual(current, request) ? { ...current, kept } : undefined,',
        '({ ...current, kept }),',
        guardCases,
      ],
    ],
  ),
  ...inFile(
    'legs/response/addressee.ts',
    [redirects, endpoints, responses],
    [
      [
        'unlisted redirect URIs',
        'if (isMisplaced && new URL(redirectUri).origin !== publicUrl) {',
        'if (false) {',
      ],
      [
        'the redirect URI beside the client',
        'policies.govern(clientIds, redirectUri)',
        'policies.govern(clientIds)',
      ],
      [
        "another tab's tokens",
        " && [...artefacts].every((artefact) => artefact === 'code')",
        '',
        'e2e/another-tab.test.ts',
      ],
      ['answers of this tab', 'state !== authorization.state && ', '', redirects],
    ],
  ),
  ...inFile(
    'legs/response/response-leg.ts',
    [responses, sessions, verdicts, guardCases],
    [
      [
        'unknown users',
        "return refuse(isSilent(addressee) ? 'interaction_required' : 'server_error')",
        "return { kind: 'relay' }",
      ],
      ['kept decisions by subject', 'kept.subject !== asked.user.subject || ', '', guardCases],
      ['kept decisions by session', ' || kept.session !== asked.user.session', '', guardCases],
      ['kept decisions once', 'if (!taken) return undefined', '', guardCases],
      ['kept decisions for a while', '|| !isYounger(kept.until - keptMs, keptMs, now())', '', guardCases],
      ['front-channel tokens', 'if (!(await ports.verifyFrontChannel(response, owner))) {', 'if (false) {'],
      [
        'released before it leaves',
        'await recordRelease(ports, asked',
        'void recordRelease(ports, asked',
        guardCases,
      ],
      [
        'what was not asked for',
        'return isTypeAllowed(policy, responseTypeOf(response))',
        'return true',
        guardCases,
      ],
      ['responses of two readings', 'if (response.isAmbiguous || ', 'if ('],
    ],
  ),
  ...inFile(
    'legs/response/classify-response.ts',
    [responses],
    [
      [
        'pages that submit themselves',
        "if (type !== 'other') return { kind: 'page' }",
        "if (type === 'xml') return { kind: 'page' }",
      ],
      ['parts of pages', 'if (isPart && facts.mustBeRead)', 'if (false)'],
      ['what is no page at an authorization endpoint', 'kind: isText && facts', 'kind: false && facts'],
    ],
  ),
  ...inFile(
    'legs/response/relay-page.ts',
    [responses],
    [
      [
        'pages of two readings',
        "if (response === 'ambiguous' && ports.policies.enforced.length > 0) {",
        'if (false) {',
      ],
      ['codings that can not be read', 'if (!plain && mustBeRead(ports, answer)) {', 'if (false) {'],
      ['pages too long to be read', 'isShown ? relayLongPage(ports, answer, page) : page', 'page'],
    ],
  ),
  ...inFile(
    'legs/response/relay-long-page.ts',
    [responses],
    [
      [
        'long pages at an authorization endpoint',
        'if (isCoded || ports.isAtAuthorization(request.exchange.target)) {',
        'if (isCoded) {',
      ],
      ['the rest of a long page', 'yield watch.read(chunk)', 'yield chunk'],
    ],
  ),
  ...inFile(
    'legs/response/relay-json.ts',
    [responses],
    [['tokens in what is no page', 'if (mayHoldTokens(text))', 'if (false)']],
  ),
  ...marked([answer], {
    'probe-redirect-uri': {},
    'probe-state': {},
    'probe-issuer': {},
    'probe-parameters-once': {},
  }),
  ...marked(['probe/probe.test.ts'], {
    'probe-nonce': {},
    'probe-pkce': {},
  }),
  ...inFile(
    'legs/return/return-leg.ts',
    [returns],
    [
      ['one token', 'if (others.length > 0) throw', 'if (false) throw'],
      ['no challenge in frames', '({ method, headers }) => requireNavigation(method, headers)', '() => {}'],
    ],
  ),
  ...marked([returns, badInput], {
    'return-nonce': {},
    'return-cookie': {},
    'burnt-step-up': {},
    'one-attempt': { off: 'true' },
    'step-up-time': {},
    'reload-for-a-minute': {},
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
  ...inFile(
    'legs/request/in-flight.ts',
    ['legs/request/in-flight.test.ts'],
    [['no target that no browser can be sent to', ' && target.length <= maxTargetLength', '']],
  ),
  ...marked([memory], {
    'requests-go-to-their-user': {},
  }),
  ...inFile(
    'legs/token/relay-tokens.ts',
    [memory],
    [
      [
        "one user's refresh tokens apart from another's",
        'ownedByGrant(release.subject, release.clientId)',
        "ownedByGrant('', '')",
      ],
    ],
  ),
  ...inFile(
    'legs/token/token-leg.ts',
    [token, sessions, grants],
    [
      [
        'grants on the list',
        "if (mode === 'enforce' && !grants.includes(grantType)) {",
        'if (false) {',
        tokenClient,
        grants,
      ],
      ['unreleased codes', 'if (lacks) {', 'if (false) {'],
      ['grants that name no client', 'lacksClient(policies, parameters, found)', 'false', clientNames],
      [
        'the policy of a released grant',
        'policyIds.length === 0 ? client.policy : policies.govern(policyIds)',
        'client.policy',
        grants,
      ],
      [
        "other clients' codes",
        'if (release && isNamed && !client.names.includes(release.clientId)) {',
        'if (false) {',
      ],
      [
        'refresh tokens that are too old',
        'isTooOld(policy, found.refreshToken, now())',
        'false',
        grants,
        token,
      ],
      ['token exchange for a protected client', 'if (other !== undefined) {', 'if (false) {'],
      [
        'grants of other doors',
        "if (policy.mode === 'enforce' && !policy.grants.includes(grantOfEndpoint[endpoint])) {",
        'if (false) {',
        tokenClient,
        grants,
      ],
      [
        'other doors for nobody',
        'if (names.length === 0 && ports.policies.enforced.length > 0) {',
        'if (false) {',
        clientNames,
      ],
      ['names of clients at other doors', 'refuseLookAlikes(ports, read)', '', clientNames],
      ['audiences to be compared', 'if (isTooMuch &&', 'if (false &&', clientNames],
      [
        'token exchange by another name',
        "if (grantType !== tokenExchange && !parameters.has('subject_token'))",
        'if (grantType !== tokenExchange)',
        clientNames,
      ],
    ],
  ),
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
  ...inFile(
    'legs/token/redeemed-grant.ts',
    [clientNames],
    [
      [
        'codes under any grant',
        "if (grantType === 'authorization_code' || parameters.has('code')) {",
        "if (grantType === 'authorization_code') {",
      ],
      ['codes that name no client', "if (parameters.has('code') && !code) return true", ''],
      ['device codes that name no client', 'if (tied.some((name) => parameters.has(name))) return true', ''],
      [
        'refresh tokens that name no client',
        "return parameters.has('refresh_token') && !refreshToken && enforced.some(bindsRefreshTokens)",
        'return false',
      ],
    ],
  ),
  ...inFile(
    'legs/request/authorize.ts',
    [clientNames],
    [
      [
        'names of clients in requests',
        'refuseLookAlikes(ports, namesOf(parameters))\n  const met',
        'const met',
      ],
    ],
  ),
  ...inFile(
    'legs/token/relay-tokens.ts',
    [token, sessions, grants],
    [
      ['objections to token responses', 'if (objection !== undefined) {', 'if (false) {', token],
      [
        'unreadable token responses',
        "if (!idToken) return 'unreadable_response'",
        'if (!idToken) return undefined',
      ],
      ['no ID token', "return needsIdToken ? 'no_readable_id_token' : undefined", 'return undefined'],
      [
        'encrypted ID tokens',
        "if (idToken.kind === 'unreadable') return 'no_readable_id_token'",
        "if (idToken.kind === 'unreadable') return undefined",
      ],
      [
        'another audience',
        "if (clientId === undefined || !idToken.audience.includes(clientId)) return 'other_audience'",
        '',
      ],
      [
        'grants of the audience',
        "if (!protectedAudience.every(isGranted)) return 'grant_not_allowed'",
        '',
        'fuzz/tokens.test.ts',
      ],
      [
        'an audience without a release',
        "if (!release) return needsIdToken ? 'no_release' : undefined",
        'if (!release) return undefined',
      ],
      ['another subject', "if (idToken.claims[subjectClaim] !== release.subject) return 'other_subject'", ''],
      ['other methods', "return isMet ? undefined : 'other_methods'", 'return undefined', guardCases],
      ['another session', "if (!isSame) return 'other_session'", ''],
    ],
  ),
  ...marked([handOver], {
    'users-that-fit': {},
    'failed-hand-over': {},
    'hand-over-cookies': { off: "[headers['set-cookie'] ?? []].flat()" },
  }),
  ...marked(['passkeys/hand-over-url.test.ts'], {
    'jwt-stays-here': {},
    'jwt-has-its-own-query': {},
  }),
  ...inFile(
    'legs/on-response.ts',
    [pagesAttack],
    [
      [
        'answers to protected pages',
        "if (learned.kind === 'page') await requireSameUser(",
        'if (false) await requireSameUser(',
      ],
    ],
  ),
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
    'passkey-time': { off: 'true' },
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
  ...inFile(
    'legs/on-request.ts',
    [handOverAttack],
    [['JWTs at every endpoint', 'await ports.handOver?.refuseTokens(request)', 'undefined']],
  ),
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
  ...inFile(
    'legs/request/in-flight.ts',
    [everyClient],
    [
      [
        'a form of the OP goes on with its request',
        'const continued = isOwnForm',
        'const continued = false',
        'legs/request/in-flight.test.ts',
      ],
    ],
  ),
  ...inFile(
    'legs/response/addressee.ts',
    [everyClient],
    [
      ['clients that are recognised', 'if (isLost && listed.length === 0)', 'if (false)'],
      [
        'tokens within the OP',
        'if (isCodeOnly && new URL(redirectUri).origin === publicUrl)',
        'if (new URL(redirectUri).origin === publicUrl)',
      ],
    ],
  ),
  ...inFile(
    'legs/request/alike-requests.ts',
    ['attacks/hidden-requests.test.ts'],
    [
      [
        'whose request it is',
        'records.inFlightIds.get(hashOf(browser, correlation))',
        'records.inFlightIds.get(correlation)',
      ],
      ['what any of them asks for', 'scope: [...new Set([...one.scope, ...other.scope])],', ''],
    ],
  ),
  ...inFile(
    'legs/response/answered-request.ts',
    ['attacks/hidden-requests.test.ts'],
    [['requests that look alike', 'withOthers(answered, others)', 'answered']],
  ),
  ...inFile(
    'legs/asked-response.ts',
    ['attacks/hidden-requests.test.ts'],
    [
      [
        'tokens that were asked for',
        "request === undefined ? type === 'code' : isPartOf(type, request.responseType)",
        'true',
      ],
      [
        'tokens that name nobody',
        'if (!policies.areTokensInFrontChannel || !isAnonymous(response)) return',
        'return',
      ],
      [
        'whose request an answer is',
        'asked?.clientId !== undefined && asked.correlation === correlation',
        'true',
      ],
    ],
  ),
  ...inFile(
    'legs/response/addressee.ts',
    ['attacks/hidden-requests.test.ts'],
    [
      ['an address of several clients', 'if (isLost && listed.length > 1)', 'if (false)'],
      ['the audience of an ID token', ', ...findAudience(policies, response, askers)]', ']'],
    ],
  ),
  ...marked([pagesAttack], {
    'answer-subject': {},
    'answer-session': {},
    'answer-for-nobody': { off: 'true' },
  }),
]
