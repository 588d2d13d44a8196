/** One guard of the gateway, how to turn it off, and who has to notice. */
export interface Guard {
  readonly name: string
  /** The source file, below `src`. */
  readonly file: string
  /** Source text that occurs exactly once in the file. */
  readonly find: string
  /** What stands in its place where the guard is off. */
  readonly replace: string
  /** Test files below `test`; one of them must fail without the guard. */
  readonly cases: readonly string[]
}

/** The guards of one file, and the tests that notice most of them. */
function inFile(
  file: string,
  cases: readonly string[],
  rows: readonly (readonly [name: string, find: string, replace: string, ...others: string[]])[],
): Guard[] {
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
const authsignal = 'step-up/authsignal.test.ts'
const unit = (name: string): string => `edge/${name}.test.ts`
const answer = 'identity/authorization-answer.test.ts'
const handOver = 'identity/hand-over.test.ts'
const pagesAttack = 'attacks/pages.test.ts'
const passkeysAttack = 'attacks/passkeys.test.ts'
const pagesTest = 'e2e/protected-pages.test.ts'
const passkeysTest = 'e2e/passkeys.test.ts'
const everyClient = 'e2e/every-client.test.ts'

/** Every guard whose loss would open a way around, in the order in which a request meets them. */
export const guards: readonly Guard[] = [
  ...inFile(
    'edge/target.ts',
    [path, unit('target')],
    [
      ['dot segments', "refuse('the path holds a dot segment')", 'return'],
      ['backslashes', "refuse('the path holds a character that clients escape')", 'return'],
      ['escapes over and over', "if (!settled) refuse('the path is escaped over and over')", ''],
      [
        'parameters that hide a part of a path',
        "if (text.includes(';') && loosenWithoutParameters(path) !== loosenPath(path)) {",
        'if (false) {',
        unit('target'),
      ],
      ['origin-form only', "if (!raw.startsWith('/')) refuse(", 'if (false) refuse(', unit('target')],
    ],
  ),
  ...inFile(
    'edge/endpoints.ts',
    [path, unit('endpoints')],
    [
      [
        'other spellings of back channels',
        'for (const strict of kinds) {',
        'for (const strict of new Set<EndpointKind>()) {',
      ],
      [
        'other spellings of authorization',
        "throw new Refusal('ambiguous_target', 'another spelling of an authorization endpoint')",
        "return 'open'",
      ],
      [
        'other readings of a path',
        'for (const reading of readOtherwise(path)) {',
        'for (const reading of [] as string[]) {',
      ],
      [
        'spellings of our own pages',
        `throw new Refusal('ambiguous_target', "another spelling of the gateway's own prefix")`,
        "return 'open'",
      ],
      ['closed paths', "if (kinds.has('closed')) throw", 'if (false) throw', path, unit('endpoints')],
    ],
  ),
  ...inFile(
    'edge/parameters.ts',
    [parameters, unit('parameters')],
    [
      [
        'one value for each parameter',
        'if (isStrict(name, rules) && !repeatableParameters.has(name)) {',
        'if (false) {',
      ],
      ['no query at back channels', "if (rules === 'backchannel' && index < query.length &&", 'if (false &&'],
      [
        'pieces between semicolons are counted',
        'if (code === ampersand || code === semicolon) count++',
        'if (code === ampersand) count++',
      ],
    ],
  ),
  ...inFile(
    'edge/parameter-rules.ts',
    [parameters, unit('parameters')],
    [
      ['loose names', 'if (other !== undefined) throw new Refusal', 'if (false) throw new Refusal'],
      ['names in ASCII', 'if (!/^[\\0-\\x7f]*$/.test(name)) throw', 'if (false) throw'],
      ['names of 256 bytes', 'if (name.length > maxNameLength) {', 'if (false) {'],
      [
        'parameters after semicolons',
        'if (hidden !== undefined) throw new Refusal',
        'if (false) throw new Refusal',
      ],
      [
        'control characters in values',
        "if (value.includes('\\0') || (decisiveParameters.has(name) && /\\p{Cc}/u.test(value))) {",
        'if (false) {',
      ],
    ],
  ),
  ...inFile(
    'edge/form-content-type.ts',
    [parameters, http, unit('form-content-type')],
    [
      [
        'content type',
        "if (type?.toLowerCase() !== 'application/x-www-form-urlencoded' || !isUtf8 || parameters.length > 1) {",
        'if (false) {',
      ],
      [
        'content encoding',
        "if (contentEncoding !== undefined && contentEncoding.trim() !== '') {",
        'if (false) {',
      ],
    ],
  ),
  ...inFile(
    'edge/host.ts',
    [headers, unit('host')],
    [
      [
        'host',
        "throw new Refusal('unknown_host', 'expected the host of publicUrl or one of hosts')",
        'return exact',
      ],
      [
        'one host',
        'if (host === undefined || hosts.length > 1) {',
        'if (host === undefined) {',
        unit('host'),
      ],
    ],
  ),
  ...inFile(
    'edge/claimed-headers.ts',
    [headers, unit('request-headers')],
    [
      [
        'other spellings of the header that the OP trusts',
        'return foldHeaderName(name) === foldHeaderName(other)',
        'return name === other',
      ],
    ],
  ),
  ...inFile(
    'legs/read-exchange.ts',
    [headers],
    [['the name of the header that the OP trusts', 'config.passkeys?.signIn?.header?.name', 'undefined']],
  ),
  ...inFile(
    'edge/request-headers.ts',
    [headers, unit('request-headers')],
    [
      ['headers that Connection names', 'if (odd !== undefined) {', 'if (false) {', http, headers],
      ['forwarding and identity headers', '|| isClaimedHeader(name) ||', '||'],
      [
        'the header that the OP trusts',
        'if (trustedHeader !== undefined && isSameHeader(name, trustedHeader)) continue',
        '',
      ],
      ['names that CGI would read as others', '|| !/^[a-z0-9-]+$/.test(name)) continue', ') continue'],
      [
        'transfer codings',
        "if (values.some((value) => value.trim().toLowerCase() !== 'chunked') || values.length > 1) {",
        'if (false) {',
        http,
      ],
      [
        'headers that stand once',
        'if ((received.get(name)?.length ?? 0) > 1) throw',
        'if (false) throw',
        unit('request-headers'),
      ],
      [
        'headers that change what must be read',
        '|| (guarded && negotiated.has(name))',
        '',
        headers,
        unit('request-headers'),
      ],
      [
        'own cookie kept from the OP',
        "ownCookies.reduce(omitCookie, received.get('cookie')?.join('; '))",
        "received.get('cookie')?.join('; ')",
        cookies,
        unit('request-headers'),
      ],
    ],
  ),
  ...inFile(
    'edge/response-headers.ts',
    [cookies, unit('response-headers')],
    [
      [
        'own cookie not taken from the OP',
        'options.ownCookies.some((name) => setsCookie(value, name))',
        'false',
      ],
      [
        'one Location',
        "if ((received.get('location')?.length ?? 0) > 1) {",
        'if (false) {',
        redirects,
        unit('response-headers'),
      ],
    ],
  ),
  ...inFile(
    'edge/cookies.ts',
    [cookies, unit('cookies')],
    [
      ['two session cookies', 'if (known !== undefined && known !== value) {', 'if (false) {'],
      [
        'cookies by collation',
        'return foldBytesByCollation(bytes)',
        'return [bytes.toLowerCase()]',
        cookies,
        parameters,
        unit('cookies'),
      ],
      ['own cookie once', 'found.length === 1 ? found[0]?.value : undefined', 'found[0]?.value'],
    ],
  ),
  ...inFile(
    'edge/loose-path.ts',
    [unit('endpoints')],
    [
      [
        'paths by collation',
        "const collated = decodePath(path, undefined, foldByCollation).text.replace(strays, '')",
        'const collated = whole',
      ],
    ],
  ),
  ...inFile(
    'edge/strict-json.ts',
    [requestObjects, unit('strict-json')],
    [
      [
        'names that stand twice',
        'if (listJsonStrings(json, maxDepth, keyOf) === undefined) return undefined',
        '',
      ],
      [
        'names that some readers take for one',
        "reader === 'anybody' ? foldByCollation : undefined",
        'undefined',
      ],
    ],
  ),
  ...inFile(
    'legs/preflight.ts',
    [parameters],
    [
      [
        'no body in a preflight',
        "if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0) {",
        'if (false) {',
      ],
      [
        'no parameters in a preflight',
        "parseParameters({ query: exchange.target.query }, 'backchannel')",
        '',
      ],
      ['no credentials in a preflight', 'dropCredentials(request)', ''],
    ],
  ),
  ...inFile('upstream/proxy.ts', [parameters], [['the body that was judged', '...(body && { body }), ', '']]),
  ...inFile(
    'legs/readable-request.ts',
    [requestObjects],
    [
      ['openid in scope', "if (!parameters.get('scope')?.split(' ').includes('openid')) {", 'if (false) {'],
      ['response types', 'if (!isTypeAllowed(policy, responseType)) {', 'if (false) {'],
      ['response modes', 'if (!readableModes.includes(responseMode)) {', 'if (false) {'],
      ['request objects that contradict', 'if (isContradictory) throw', 'if (false) throw'],
      ['opaque request objects', "if (source === 'opaque') throw", 'if (false) throw'],
    ],
  ),
  ...inFile(
    'legs/resolve-request.ts',
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
    'legs/request-leg.ts',
    [requestObjects],
    [
      [
        'the strictest policy that is named',
        "return strictest('enforce') ?? strictest('monitor') ?? policies.ofClient('')",
        "return candidates[0] ?? policies.ofClient('')",
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
    'legs/addressee.ts',
    [redirects, endpoints, responses],
    [
      [
        'unlisted redirect URIs',
        'if (isMisplaced && new URL(redirectUri).origin !== publicUrl) {',
        'if (false) {',
      ],
      ['the redirect URI before the client', 'policy: listed ?? asked,', 'policy: asked,'],
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
    'legs/response-leg.ts',
    [responses, sessions, verdicts, guardCases],
    [
      [
        'unknown users',
        "return refuse(isSilent(addressee) ? 'interaction_required' : 'server_error')",
        "return { kind: 'pass' }",
      ],
      ['kept decisions by subject', 'kept.subject !== asked.user.subject || ', '', guardCases],
      ['kept decisions by session', ' || kept.session !== asked.user.session', '', guardCases],
      ['kept decisions once', 'if (!taken) return undefined', '', guardCases],
      ['kept decisions for a while', '|| kept.until <= now()', '', guardCases],
      ['front-channel tokens', 'if (!(await ports.verifyFrontChannel(response, owner))) {', 'if (false) {'],
      [
        'released before it leaves',
        'await releaseCode(ports.records, asked',
        'void releaseCode(ports.records, asked',
        guardCases,
      ],
      ['what was not asked for', 'return isTypeAllowed(policy, responseType)', 'return true', guardCases],
      ['responses of two readings', 'if (response.isAmbiguous || ', 'if ('],
    ],
  ),
  ...inFile(
    'legs/from-upstream.ts',
    [responses],
    [['pages that submit themselves', 'return isPage(reply) ?', 'return false ?']],
  ),
  ...inFile(
    'legs/pass-page.ts',
    [responses],
    [['pages of two readings', "if (response === 'ambiguous') refuseAmbiguous(ports, request)", '']],
  ),
  ...inFile(
    'identity/front-channel.ts',
    [responses, sessions],
    [
      ['ID tokens by subject', 'return payload[owner.subjectClaim] === owner.subject', 'return true'],
      ['access tokens by subject', 'return claims[owner.subjectClaim] === owner.subject', 'return true'],
      ['ID tokens by audience', 'audience: owner.clientId,', ''],
    ],
  ),
  ...inFile(
    'identity/authorization-answer.ts',
    [answer],
    [
      [
        'the probe: redirect URI',
        "if (target !== expected.redirectUri) return { fault: 'other_redirect', ...describeTarget(target, expected) }",
        '',
      ],
      ['the probe: state', "if (parameters.get('state') !== expected.state) return 'state_mismatch'", ''],
      ['the probe: issuer', "if (issuer !== expected.issuer) return 'issuer_mismatch'", ''],
      [
        'the probe: one of each',
        "if (new Set(parameters.keys()).size !== parameters.size) return 'ambiguous_answer'",
        '',
      ],
    ],
  ),
  ...inFile(
    'identity/probe.ts',
    ['identity/probe.test.ts'],
    [
      ['the probe: nonce', 'expectedNonce: secrets.nonce,', ''],
      ['the probe: PKCE', 'pkceCodeVerifier: secrets.codeVerifier,', ''],
    ],
  ),
  ...inFile(
    'legs/return-leg.ts',
    [returns],
    [
      ['one token', 'if (others.length > 0) throw', 'if (false) throw'],
      ['no challenge in frames', '({ method, headers }) => requireNavigation(method, headers)', '() => {}'],
    ],
  ),
  ...inFile(
    'step-up/finish.ts',
    [returns, badInput],
    [
      ['the nonce', 'if (!isSameHash(hashOf(nonce), found.nonceHash)) throw', 'if (false) throw'],
      [
        'the cookie',
        'if (browser === undefined || browser !== found.browser) {',
        'if (browser === undefined) {',
      ],
      ['the burn', 'await burn(id, found)', ''],
      [
        'one attempt',
        "current.state === 'open' ? { ...current, state: 'checking' } : undefined",
        "({ ...current, state: 'checking' })",
      ],
      ['the time', "if (found.state === 'open' && openings.isExpired(found)) {", 'if (false) {'],
      ['a reload for a minute', 'if (stepUp?.outcome && isRecent) return', 'if (stepUp?.outcome) return'],
    ],
  ),
  ...inFile(
    'step-up/openings.ts',
    [returns, waysOn],
    [
      [
        'the bind',
        'isOpen(stepUp) && (stepUp.browser === undefined || stepUp.browser === browser)',
        'isOpen(stepUp)',
      ],
      ['no wider scope joins', 'isOpen(stepUp) && isWithin(it.scope, stepUp.case.scope)', 'isOpen(stepUp)'],
    ],
  ),
  ...inFile(
    'step-up/verify.ts',
    [verdicts],
    [
      ['the user', "if (answer.userId !== expected.userId) return failed('failed')", ''],
      ['the action', "if (answer.action !== expected.action) return failed('failed')", ''],
      [
        'the idempotency key',
        "if (answer.idempotencyKey !== stepUp.idempotencyKey) return failed('failed')",
        '',
      ],
      [
        'isValid',
        "answer.isValid !== true || answer.state !== 'CHALLENGE_SUCCEEDED'",
        "answer.state !== 'CHALLENGE_SUCCEEDED'",
      ],
      [
        'the state',
        "answer.isValid !== true || answer.state !== 'CHALLENGE_SUCCEEDED'",
        'answer.isValid !== true',
      ],
      ['not before it was opened', 'at >= begunAt - clockToleranceMs && ', ''],
      ['not in the future', ' && at <= now + clockToleranceMs', ''],
      [
        'the method',
        'if (!isMethodAllowed(policies.ofCase(stepUp.case), method)) return',
        'if (false) return',
        stepUp,
      ],
    ],
  ),
  ...inFile(
    'step-up/recall.ts',
    ['step-up/recall.test.ts'],
    [
      ['a passkey sign-in until a sign-out', 'hashOf(browser, subject, epoch)', 'hashOf(browser, subject)'],
      [
        'passes of this session',
        'hashOf(browser, it.user.session, it.user.subject, it.clientId, epoch)',
        'hashOf(browser, it.user.subject, it.clientId, epoch)',
      ],
      [
        'passes of this client',
        'hashOf(browser, it.user.session, it.user.subject, it.clientId, epoch)',
        'hashOf(browser, it.user.session, it.user.subject, epoch)',
      ],
      [
        'passes of this user',
        'hashOf(browser, it.user.session, it.user.subject, it.clientId, epoch)',
        'hashOf(browser, it.user.session, it.clientId, epoch)',
      ],
      ['passes of a session that lasts', 'it.clientId, epoch)', 'it.clientId)'],
      ['passes for this action', 'pass.action === action && ', ''],
      ['passes while they last', 'pass.expiresAt > now() && ', ''],
      ['passes for no wider scope', ' && isWithin(it.scope, pass.scope)', ''],
      ['passes once', 'return isReload ? found : undefined', 'return found'],
      [
        'proofs of this session',
        'hashOf(browser, it.user.session, it.user.subject, epoch)\n',
        'hashOf(browser, it.user.subject, epoch)\n',
      ],
      ['proofs of a session that lasts', 'it.user.subject, epoch)\n', 'it.user.subject)\n'],
      ['proofs while they last', 'filter(({ at }) => now() - at < sessionMs)', 'filter(() => true)'],
    ],
  ),
  ...inFile(
    'edge/public-names.ts',
    ['edge/public-names.test.ts'],
    [
      [
        'internal addresses',
        'return isInternal ? publicUrl + url.slice(authority.length) : url',
        'return url',
      ],
    ],
  ),
  ...inFile(
    'identity/logout-token.ts',
    ['identity/logout-token.test.ts'],
    [
      ['logout tokens for the gateway', 'audience: clientId,', ''],
      ['logout tokens of this OP', 'issuer: provider.metadata.issuer,', ''],
      ['logout tokens that are no ID tokens', 'if (nonce !== undefined)', 'if (false)'],
      ['logout tokens about a logout', '!isObject(events) || !isObject(events[logoutEvent])', 'false'],
    ],
  ),
  ...inFile(
    'store/allowance.ts',
    ['store/allowance.test.ts'],
    [['limits of challenges and probes', 'return current.count < limit ?', 'return true ?']],
  ),
  ...inFile(
    'policy/decide.ts',
    ['policy/decide.test.ts'],
    [
      ['users who can not be challenged', 'return outcome.isEnrolled', 'return true'],
      [
        'no fail-open where Authsignal refuses',
        "if (outcome.kind === 'refused') return",
        'if (false) return',
      ],
      ['remembered for as long as it says', 'isFresh(at) && ', ''],
    ],
  ),
  ...inFile(
    'step-up/authsignal.ts',
    [authsignal],
    [
      ['ids in paths', 'return encodeURIComponent(id)', 'return id'],
      ['ids that climb', "id !== '' && id !== '.' && id !== '..' &&", "id !== '' &&"],
    ],
  ),
  ...inFile(
    'step-up/authsignal-answers.ts',
    [authsignal],
    [
      [
        "the verdict's idempotency key",
        'if (answer.idempotencyKey === sent.idempotencyKey) return answer',
        'return answer',
      ],
      ['a valid answer with an error', 'if (rest.isValid && error !== undefined) throw', 'if (false) throw'],
      [
        'two actions in an answer',
        'if (actionCode !== undefined && actionCode !== action) {',
        'if (false) {',
      ],
    ],
  ),
  ...inFile(
    'step-up/authsignal-http.ts',
    [authsignal],
    [
      ["Authsignal's redirects", 'maxRedirects: 0,', ''],
      ['a proxy from the environment', 'proxy: false,', ''],
    ],
  ),
  ...inFile(
    'step-up/challenge-url.ts',
    [authsignal],
    [
      [
        'hosts of challenges',
        'return challengeHosts.some((entry) => isListedBy(entry.toLowerCase(), parsed)) ?',
        'return true ?',
      ],
    ],
  ),
  ...inFile(
    'legs/token-leg.ts',
    [token, sessions, grants],
    [
      [
        'grants on the list',
        'if (isEnforced && !policy.grants.includes(grantType)) {',
        'if (false) {',
        tokenClient,
        grants,
      ],
      [
        'unreleased codes',
        'if (isEnforced && !release && needsRelease(policy, grantType)) {',
        'if (false) {',
      ],
      [
        "other clients' codes",
        'if (release && clientId !== undefined && !names.includes(release.clientId)) {',
        'if (false) {',
      ],
      ['refresh tokens that are too old', 'isTooOld(policy, release, now())', 'false', grants, token],
      ['token exchange for a protected client', 'if (other !== undefined) {', 'if (false) {'],
      [
        'grants of other doors',
        "if (policy.mode === 'enforce' && !policy.grants.includes(grantOfEndpoint[endpoint])) {",
        'if (false) {',
        tokenClient,
        grants,
      ],
    ],
  ),
  ...inFile(
    'legs/pass-tokens.ts',
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
  ...inFile(
    'identity/hand-over.ts',
    [handOver],
    [
      ['users that fit into a header', 'refuseUnfitUser(user)', ''],
      ['an answer that is no failure', 'if (statusCode >= 400) {', 'if (false) {'],
      [
        'session cookies only',
        "selectSetCookies([headers['set-cookie'] ?? []].flat(), allowed)",
        "[headers['set-cookie'] ?? []].flat()",
      ],
    ],
  ),
  ...inFile(
    'identity/hand-over-url.ts',
    ['identity/hand-over-url.test.ts'],
    [
      ['a JWT goes to this address only', 'if (!localPath.test(url))', 'if (false)'],
      ['a JWT stands in a query of its own', 'if (/[?#]/.test(target)) throw', 'if (false) throw'],
    ],
  ),
  ...inFile(
    'edge/protected-paths.ts',
    [unit('protected-paths')],
    [
      [
        'readings of a page',
        'const readings = [loosePath, ...readOtherwise(path)]',
        'const readings = [path]',
      ],
      ['two pages at once', 'if (found.size > 1) throw new Refusal', 'if (false) throw new Refusal'],
      [
        'POST stands for other methods',
        "return method === 'POST' && unsafe.some",
        'return false && unsafe.some',
      ],
      ['HEAD stands for GET', "return httpMethods.includes('GET')", 'return false'],
      ['methods that nobody knows', 'if (!known.includes(method)) return true', ''],
      ['what is watched stands before nothing', "if (policy.mode !== 'enforce') return false", ''],
      ['what is below a page', 'path === root ||', 'path === root &&'],
    ],
  ),
  ...inFile(
    'edge/session-in-url.ts',
    [unit('session-in-url')],
    [
      ['path parameters', "if (/;|%(?:25)*3b/i.test(path) || loosePath.includes(';') ||", 'if ('],
      ['sessions in the path', '|| cookieless.test(path)) return true', ') return true'],
      ['tokens in the query', "'access_token', ...cookies", '...cookies'],
      ['sessions under usual names', '(isKnown ? [] : usualNames)', '[]'],
    ],
  ),
  ...inFile(
    'legs/page-credentials.ts',
    [pagesAttack],
    [
      ['headers by which an OP knows nobody', '.filter(([name]) => harmless.test(name))', ''],
      [
        'sessions in the URL of a page',
        'if (couldHoldSession(exchange.target, cookies, user !== undefined)) {',
        'if (false) {',
      ],
      [
        'credentials of the session’s user',
        'if (user === undefined || owner !== user.subject) {',
        'if (false) {',
      ],
    ],
  ),
  ...inFile(
    'legs/page-leg.ts',
    [pagesAttack],
    [
      [
        'a preflight without credentials',
        "if (request.method === 'OPTIONS') return dropCredentials(request)",
        "if (request.method === 'OPTIONS') return",
      ],
      [
        'other credentials than the session',
        'return refuseOtherCredentials(request, ports, judgement.case.user)',
        'return',
      ],
      ['a body that is held back', 'await takeBody(request)', '', pagesTest],
      ['a probe that failed', 'if (!nobody.has(reason)) {', 'if (false) {', pagesTest],
      ['nobody changes anything', "if (method !== 'GET' && method !== 'HEAD') {", 'if (false) {', pagesTest],
      ['credentials where nobody is signed in', 'refuseOtherCredentials(request, ports, undefined)', ''],
      [
        'cookies where nobody is signed in',
        '  refuseOtherCredentials(request, ports, undefined)\n  dropCredentials(request)',
        '  refuseOtherCredentials(request, ports, undefined)',
      ],
      [
        'the origin of a form',
        '|| new URL(referer).origin !== publicUrl) return {}',
        ') return {}',
        pagesTest,
      ],
      ['a page that is denied', 'throw refusePage(decision.error)', 'return'],
    ],
  ),
  ...inFile(
    'legs/judge-page.ts',
    [pagesAttack],
    [
      [
        'pages for navigations only',
        "...(!canShowPage(request.method, request.headers) && { noInteraction: 'not_a_navigation' }),",
        '',
      ],
    ],
  ),
  ...inFile(
    'legs/own-form.ts',
    [passkeysAttack],
    [['forms of this origin', 'if (headers.origin !== publicUrl) throw', 'if (false) throw']],
  ),
  ...inFile(
    'legs/passkey-relay.ts',
    [passkeysAttack],
    [
      [
        'calls from this origin',
        "app.addHook('preHandler', async (request) => requireOwnOrigin(request, config.publicUrl))",
        '',
      ],
      [
        'a fresh step-up for each call',
        "if (!('it' in visitor)) throw new Refusal('verify_first', 'the proof is too old')",
        "if (!('it' in visitor)) return {} as never",
      ],
      ['an id instead of a token', 'accessToken: entryId', 'accessToken: challengeId', passkeysTest],
    ],
  ),
  ...inFile(
    'legs/passkey-page.ts',
    [passkeysTest],
    [
      [
        'a step-up, whatever the rules allow',
        "if (decision.reason === 'proof' || decision.reason === 'pass') return",
        'return',
      ],
      ['the origin of a removal', 'requireOwnOrigin(request, publicUrl)', ''],
      [
        'addresses that a policy lists',
        'wanted !== undefined && returnUris.has(wanted) ? wanted : undefined',
        'wanted',
      ],
    ],
  ),
  ...inFile(
    'legs/passkey-entry.ts',
    [passkeysAttack],
    [
      ['entries are no frames', 'requireNavigation(request.method, request.headers)', ''],
      ['the way back is a login page', 'if (isLoginPath(target.path)) return target', 'return target'],
      [
        'whom the OP signed in',
        'if (probe.known && probe.identity.subject === subject) return',
        'if (probe.known) return',
      ],
      ['that the OP signed in somebody', 'await requireSubject(request, setCookies, subject)', ''],
    ],
  ),
  ...inFile(
    'step-up/passkey-ceremony.ts',
    ['step-up/passkey-ceremony.test.ts'],
    [
      ['the browser of a ceremony', '&& ceremony.browser === browser &&', '&&'],
      ['the purpose of a ceremony', '&& ceremony.purpose.kind === kind', ''],
      [
        'a step comes once',
        "isOwn(ceremony) ? { ...ceremony, state: 'used' } : undefined",
        'isOwn(ceremony) ? ceremony : undefined',
      ],
    ],
  ),
  ...inFile(
    'step-up/passkey-sign-in.ts',
    [passkeysAttack],
    [
      [
        'a passkey that was verified',
        "if (!answer.isValid || answer.state !== 'CHALLENGE_SUCCEEDED') return",
        'if (false) return',
      ],
      ['the reserved action', 'if (answer.action !== action) return', 'if (false) return'],
      ['the very sign-in', 'if (answer.idempotencyKey !== idempotencyKey) return', 'if (false) return'],
      [
        'a passkey and nothing else',
        "if (answer.verificationMethod !== 'PASSKEY') return",
        'if (false) return',
      ],
      [
        'since the sign-in began',
        'return isTimely(startedAt, answer.stateUpdatedAt, now()) ?',
        'return true ?',
      ],
      [
        'a token that names somebody',
        'if (objection !== undefined || !subject) {',
        'if (objection !== undefined || subject === null) {',
      ],
      [
        'an entry lives a minute',
        'if (!entry || now() - entry.at >= entryMs) throw',
        'if (!entry) throw',
        'step-up/passkey-sign-in.test.ts',
      ],
      [
        'the browser of an entry',
        'if (browser === undefined || entry.browser !== browser) {',
        'if (false) {',
      ],
      [
        'an entry counts once',
        "current.state === 'open' ? { ...current, state: 'used' } : undefined",
        "({ ...current, state: 'used' })",
      ],
    ],
  ),
  ...inFile(
    'step-up/passkey-enrolment.ts',
    [passkeysAttack],
    [
      ['whose enrolment it is', 'if (purpose.subject !== it.user.subject) {', 'if (false) {'],
      ['one removal at a time', "if (!isMine) return 'not_removed'", '', 'step-up/passkey-enrolment.test.ts'],
      ['the last authenticator stays', "if (count === 1) return 'last_one'", '', passkeysTest],
      [
        'passkeys of the user only',
        "if (!passkeys.some((passkey) => passkey.id === id)) return 'not_removed'",
        '',
        'step-up/passkey-enrolment.test.ts',
      ],
      [
        'rules that forbid a passkey',
        "throw new Refusal('not_allowed', ",
        'return token ?? String(',
        'step-up/passkey-enrolment.test.ts',
      ],
    ],
  ),
  ...inFile(
    'step-up/ways-on.ts',
    [everyClient],
    [
      [
        'until when an enrolment may be skipped',
        "current.state === 'open' && now() < (current.skippableUntil ?? 0)",
        "current.state === 'open'",
        pagesAttack,
      ],
      [
        'a device after a step-up',
        "current.state === 'offered' ? { ...current, state: 'passed' } : undefined",
        "({ ...current, state: 'passed' })",
        'e2e/remember-device.test.ts',
      ],
    ],
  ),
  ...inFile(
    'legs/in-flight.ts',
    [everyClient],
    [['the stricter of two clients', 'isEnforced(earlier) && !isEnforced(later)', 'false']],
  ),
  ...inFile(
    'legs/addressee.ts',
    [everyClient],
    [
      [
        'clients that are recognised',
        "if (asked.clientId === '' && asked.mode === 'enforce' && !listed) {",
        'if (false) {',
      ],
      [
        'tokens within the OP',
        'if (isCodeOnly && new URL(redirectUri).origin === publicUrl)',
        'if (new URL(redirectUri).origin === publicUrl)',
      ],
    ],
  ),
  ...inFile(
    'config/consistency.ts',
    ['config/consistency.test.ts'],
    [
      [
        'an action for the sign-in alone',
        "if (policies.some((policy) => read(policy, 'action') === read(signIn, 'action')))",
        'if (false)',
      ],
    ],
  ),
  ...inFile(
    'edge/client-authentication.ts',
    [tokenClient, unit('client-authentication')],
    [
      ['one client', 'if (other !== undefined) throw new Refusal', 'if (false) throw new Refusal'],
      [
        'assertions that are signed',
        "if (typeof alg !== 'string' || alg.toLowerCase() === 'none') {",
        'if (false) {',
      ],
    ],
  ),
]
