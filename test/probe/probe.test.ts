import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import type { ProbeResult } from '../../src/policy/probe-result.ts'
import { type ProbeRequest, probeUser } from '../../src/probe/probe.ts'
import { type Asked, face, issuer, json, redirect, type ScriptedOp, startScriptedOp } from './scripted-op.ts'

const browser: ProbeRequest = {
  cookies: '_session=a; _session.sig=b',
  userAgent: 'Browser/1.0',
  clientAddress: '192.0.2.7',
}

type Parts = Parameters<typeof face>[2]

async function prepare(t: Test, parts: Parts = {}) {
  const op = await startScriptedOp(t)
  const { config, upstream, provider, keys } = face(t, op.port, parts)
  provider.start()
  await provider.ready()
  op.asked.length = 0
  return { op, probe: (request = browser) => probeUser({ config, provider, upstream, keys }, request) }
}

function describe(result: ProbeResult): string {
  if (result.known) return `known: ${result.identity.subject}`
  return result.detail === undefined ? result.reason : `${result.reason}: ${result.detail}`
}

t.test('what is asked', async (t) => {
  const { op, probe } = await prepare(t, { probe: { params: { kc_idp_hint: 'none', audience: 'a b' } } })
  const result = await probe()
  t.match(result, { known: true, identity: { subject: 'alice', authTime: 1_790_000_000, amr: [] } })
  t.notOk(JSON.stringify(result).includes('of the probe'), 'no cookie of the probe')

  const [question, redemption, keys] = op.asked
  t.equal(question?.request.method, 'GET')
  t.equal(question?.url.pathname, '/authorize')
  const { state, nonce, code_challenge, ...rest } = Object.fromEntries(op.lastQuestion())
  t.strictSame(rest, {
    kc_idp_hint: 'none',
    audience: 'a b',
    response_type: 'code',
    client_id: 'step-up-gateway',
    redirect_uri: `${issuer}/step-up/probe`,
    scope: 'openid profile email',
    code_challenge_method: 'S256',
    prompt: 'none',
  })
  for (const secret of [state, nonce, code_challenge]) t.match(secret, /^[\w-]{43}$/)
  t.strictSame(question?.request.headers, {
    host: 'login.example.com',
    connection: 'keep-alive',
    'x-forwarded-host': 'login.example.com',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-forwarded-for': '192.0.2.7',
    accept: 'text/html',
    'user-agent': 'Browser/1.0',
    cookie: '_session=a; _session.sig=b',
  })

  t.equal(redemption?.url.pathname, '/token')
  t.match(Object.fromEntries(redemption?.form ?? []), {
    grant_type: 'authorization_code',
    code: 'the code',
    redirect_uri: `${issuer}/step-up/probe`,
    client_id: 'step-up-gateway',
    client_secret: 'the secret of the probe',
    code_verifier: /^[\w-]{43}$/,
  })
  t.notOk(redemption?.request.headers.cookie)
  t.equal(keys?.url.pathname, '/jwks')

  await probe({ ...browser, userAgent: undefined })
  t.notSame(op.lastQuestion().get('state'), state)
  t.notSame(op.lastQuestion().get('nonce'), nonce)
  t.equal(op.asked.length, 5, 'the keys are kept, who is signed in is not')
  t.notOk('user-agent' in (op.asked[3]?.request.headers ?? {}))
})

t.test('what a preset may change', async (t) => {
  const { op, probe } = await prepare(t, {
    probe: { prompt: 'omit', clientAuth: 'client_secret_basic', scope: 'openid' },
    provider: { endpoints: { authorization: '/authorize' }, subject: 'employee' },
  })
  op.claims = { employee: 'e-7' }
  t.equal(describe(await probe()), 'known: e-7')
  t.notOk(op.lastQuestion().has('prompt'))
  t.equal(op.lastQuestion().get('scope'), 'openid')
  t.match(op.asked[1]?.request.headers.authorization, /^Basic /)
  t.notOk(op.asked[1]?.form.has('client_secret'))
})

t.test('an authorization endpoint may have a query of its own', async (t) => {
  const op = await startScriptedOp(t)
  op.metadata['authorization_endpoint'] = `${issuer}/authorize?tenant=a`
  const { config, upstream, provider, keys } = face(t, op.port)
  provider.start()
  await provider.ready()
  t.match(await probeUser({ config, provider, upstream, keys }, browser), { known: true })
  t.equal(op.lastQuestion().get('tenant'), 'a')
})

t.test('nobody is asked for', async (t) => {
  const { op, probe } = await prepare(t)
  t.same(await probe({ ...browser, cookies: undefined }), { known: false, reason: 'no_cookie' })
  t.same(await probe({ ...browser, cookies: '' }), { known: false, reason: 'no_cookie' })
  t.equal(op.asked.length, 0)
})

t.test('answers of the authorization endpoint', async (t) => {
  const table: [
    what: string,
    answer: (response: ServerResponse, state: string) => unknown,
    reason: string,
  ][] = [
    ['a login page', (r) => r.writeHead(200).end('<form>'), 'not_a_redirect: answered 200'],
    ['a long login page', (r) => r.writeHead(200).end(Buffer.alloc(2 ** 21)), 'not_a_redirect'],
    ['JSON', (r) => json(r, { error: 'login' }, 401), 'not_a_redirect: answered 401'],
    ['a failure', (r) => r.writeHead(500).end(), 'upstream_error: answered 500'],
    [
      'a redirect to the login',
      (r, state) => redirect(r, { code: 'c', state }, `${issuer}/login`),
      'other_redirect: leads to /login',
    ],
    ['a redirect to nowhere', (r) => r.writeHead(303).end(), 'not_a_redirect'],
    [
      'two redirects',
      (r, state) => {
        const location = `${issuer}/step-up/probe?code=c&state=${state}`
        r.writeHead(303, ['location', location, 'location', location]).end()
      },
      'ambiguous_answer',
    ],
    [
      'code and error',
      (r, state) => redirect(r, { code: 'c', error: 'login_required', state }),
      'ambiguous_answer',
    ],
    [
      'two codes',
      (r, state) =>
        r.writeHead(303, { location: `${issuer}/step-up/probe?code=c&code=d&state=${state}` }).end(),
      'ambiguous_answer',
    ],
    ['another state', (r) => redirect(r, { code: 'c', state: 'x' }), 'state_mismatch'],
    [
      'another issuer',
      (r, state) => redirect(r, { code: 'c', state, iss: 'https://evil.example' }),
      'issuer_mismatch',
    ],
    ['no session', (r, state) => redirect(r, { error: 'login_required', state }), 'login_required'],
    ['consent', (r, state) => redirect(r, { error: 'consent_required', state }), 'consent_required'],
    ['silence', (r) => r.destroy(), 'unreachable: '],
    ['noise', (r) => r.socket?.end('noise\r\n\r\n'), 'upstream_error: HTTPParserError'],
  ]
  const { op, probe } = await prepare(t)
  for (const [what, answer, reason] of table) {
    op.asked.length = 0
    op.steps['/authorize'] = ({ url }, response) => answer(response, url.searchParams.get('state') ?? '')
    t.match(describe(await probe()), reason, what)
    // On a kept connection silence is asked once more.
    const paths = new Set(op.asked.map(({ url }) => url.pathname))
    t.same([...paths], ['/authorize'], `${what}: nothing further is asked`)
  }
})

t.test('answers of the token endpoint', async (t) => {
  const page = (r: ServerResponse) => r.writeHead(200, { 'content-type': 'text/html' }).end('<h1>hello')
  const table: [what: string, answer: (response: ServerResponse) => unknown, reason: string][] = [
    ['a wrong secret', (r) => json(r, { error: 'invalid_client' }, 401), 'token_error: invalid_client'],
    ['an odd error', (r) => json(r, { error: 'the code' }, 400), 'token_error: an error that is no code'],
    [
      'a challenge',
      (r) => r.writeHead(401, { 'www-authenticate': 'Basic realm="the secret"' }).end(),
      'token_error: answered 401 with a challenge',
    ],
    [
      'a challenge that says why',
      (r) => r.writeHead(401, { 'www-authenticate': 'Basic realm="x", Bearer error="invalid_client"' }).end(),
      'token_error: answered 401 with invalid_client',
    ],
    [
      'a challenge that says too much',
      (r) => r.writeHead(401, { 'www-authenticate': 'Bearer error="the secret"' }).end(),
      'token_error: answered 401 with a challenge',
    ],
    ['a page', page, 'token_error: /token answered 200 without JSON'],
    [
      'no JSON',
      (r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{'),
      'token_error: failed to parse "response" body as JSON',
    ],
    ['a failure', (r) => r.writeHead(502).end(), 'token_error: /token answered 502'],
    [
      'a redirect',
      (r) => r.writeHead(302, { location: 'https://evil.example' }).end(),
      'token_error: /token answered 302',
    ],
    [
      'too much',
      (r) => r.writeHead(200).end(Buffer.alloc(2 ** 21)),
      'upstream_error: the answer is longer than 1048576 bytes',
    ],
    ['silence', (r) => r.destroy(), 'unreachable: '],
    [
      'no ID token',
      (r) => json(r, { access_token: 'a', token_type: 'bearer' }),
      'id_token_invalid: "response" body "id_token" property must be a string',
    ],
    [
      'an encrypted ID token',
      (r) => json(r, { access_token: 'a', token_type: 'bearer', id_token: 'a.b.c.d.e' }),
      'id_token_invalid: JWE decryption is not configured',
    ],
  ]
  const { op, probe } = await prepare(t)
  for (const [what, answer, reason] of table) {
    op.steps['/token'] = (_asked, response) => answer(response)
    t.match(describe(await probe()), reason, what)
  }
})

t.test('ID tokens', async (t) => {
  const now = Math.floor(Date.now() / 1000)
  const table: [claims: ScriptedOp['claims'], outcome: string | RegExp][] = [
    [{}, 'known: alice'],
    [{ exp: now - 20 }, 'known: alice'],
    [{ exp: now - 40 }, /^id_token_invalid: .*"exp"[^;]*$/],
    [{ nbf: now + 300 }, /^id_token_invalid: .*"nbf"[^;]*$/],
    [{ exp: now - 65, iat: now - 95 }, /"exp".*; the OP's clock is 9[4-6] s behind this machine's\. .*NTP/],
    [{ nbf: now + 95, iat: now + 95 }, /"nbf".*; the OP's clock is 9[4-6] s ahead of this machine's\. /],
    [{ nonce: 'another' }, /^id_token_invalid: .*"nonce"/],
    [{ iss: 'https://evil.example' }, /^id_token_invalid: .*"iss"/],
    [{ iss: `${issuer}/` }, /^id_token_invalid: .*"iss"/],
    [{ aud: 'web' }, /^id_token_invalid: .*"aud"/],
    [{ aud: ['web', 'step-up-gateway'] }, /^id_token_invalid: .*untrusted audiences/],
    [{ aud: ['web', 'step-up-gateway'], azp: 'step-up-gateway' }, 'known: alice'],
    [{ sub: '' }, 'subject_unreadable'],
    [{ sub: 'x'.repeat(256) }, 'subject_unreadable'],
  ]
  const { op, probe } = await prepare(t)
  for (const [claims, outcome] of table) {
    op.claims = claims
    t.match(describe(await probe()), outcome, JSON.stringify(claims))
  }

  const other = await prepare(t, { provider: { subject: 'employee' } })
  t.equal(describe(await other.probe()), 'subject_unreadable')
})

t.test('what userinfo tells besides', async (t) => {
  const { op, probe } = await prepare(t, { probe: { userinfo: true } })
  t.match(await probe(), { known: true, identity: { subject: 'alice', email: undefined } }, 'no endpoint')
  op.metadata['userinfo_endpoint'] = `${issuer}/userinfo`
  const asking = face(t, op.port, { probe: { userinfo: true } })
  asking.provider.start()
  await asking.provider.ready()
  const ask = () => probeUser(asking, browser)
  const email = 'alice@example.com'
  const table: [what: string, answer: (response: ServerResponse) => unknown, email: string | undefined][] = [
    ['of the user', (r) => json(r, { sub: 'alice', email }), email],
    ['of another', (r) => json(r, { sub: 'bob', email }), undefined],
    ['nothing', (r) => json(r, {}, 500), undefined],
  ]
  for (const [what, answer, email] of table) {
    op.steps['/userinfo'] = (_asked, response) => answer(response)
    const result = await ask()
    t.match(result, { known: true, identity: { subject: 'alice' } }, what)
    t.equal(result.known && result.identity.email, email, what)
  }
})

t.test('signatures', async (t) => {
  await t.test('keys change', async (t) => {
    const { op, probe } = await prepare(t)
    t.equal(describe(await probe()), 'known: alice')
    await op.rotateKey()
    t.match(
      describe(await probe()),
      /^id_token_invalid: .*no applicable key/,
      'not within seconds: a forged key id asks for nothing',
    )
    const later = Date.now() + 6_000
    t.intercept(Date, 'now', { value: () => later })
    t.equal(describe(await probe()), 'known: alice')
    t.equal(op.asked.filter(({ url }) => url.pathname === '/jwks').length, 2)
  })

  await t.test('a forged one', async (t) => {
    const { op, probe } = await prepare(t)
    const forger = await startScriptedOp(t)
    forger.lastQuestion = () => op.lastQuestion()
    op.steps['/token'] = (asked: Asked, response) => forger.steps['/token']?.(asked, response)
    t.match(describe(await probe()), /^id_token_invalid: .*signature/)
  })

  await t.test('no keys', async (t) => {
    const { op, probe } = await prepare(t)
    delete op.steps['/jwks']
    t.equal(
      describe(await probe()),
      'id_token_invalid: Expected 200 OK from the JSON Web Key Set HTTP response',
    )
  })

  await t.test('a shared secret, or none', async (t) => {
    const { op, probe } = await prepare(t)
    for (const alg of ['HS256', 'none']) {
      op.steps['/token'] = (_asked, response) => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
        const payload = { iss: issuer, aud: 'step-up-gateway', sub: 'mallory', exp: 9e9, iat: 1 }
        const claims = { ...payload, nonce: op.lastQuestion().get('nonce') }
        json(response, {
          access_token: 'a',
          token_type: 'bearer',
          id_token: `${part({ alg })}.${part(claims)}.`,
        })
      }
      t.match(describe(await probe()), /^id_token_invalid: .*"alg"/)
    }
  })
})

t.test('one timeout for all of it, not counted anew for each request', async (t) => {
  for (const path of ['/authorize', '/token', '/jwks']) {
    const { op, probe } = await prepare(t, { probe: { timeout: 1500 } })
    const timers: { ms: number; ends: AbortController }[] = []
    const timeout = (ms: number) => {
      const ends = new AbortController()
      timers.push({ ms, ends })
      return ends.signal
    }
    t.intercept(AbortSignal, 'timeout', { value: timeout })
    const closed: Promise<unknown>[] = []
    op.steps[path] = (_asked, response) => {
      closed.push(once(response, 'close'))
      timers[0]?.ends.abort(new DOMException('', 'TimeoutError'))
    }
    const start = Date.now()
    t.same(await probe(), { known: false, reason: 'timeout' }, path)
    t.ok(Date.now() - start < 30_000, 'at once, not when upstream.timeout ends it')
    t.equal(timers[0]?.ms, 1500)
    if (path !== '/authorize') t.ok(timers.length > 1, 'requests have timeouts of their own')
    t.equal(closed.length, 1, `${path} was asked`)
    await Promise.all(closed)
  }
})

t.test('a body that never ends harms nobody', async (t) => {
  const { op, probe } = await prepare(t, { probe: { timeout: 3000 } })
  const closed: Promise<unknown>[] = []
  op.steps['/authorize'] = ({ url }, response) => {
    closed.push(once(response, 'close'))
    response.writeHead(303, {
      location: `${issuer}/step-up/probe?code=c&state=${url.searchParams.get('state')}`,
    })
    response.write('<p>')
  }
  t.equal(describe(await probe()), 'known: alice')
  await Promise.all(closed)
})

t.test('an OP that is not there', async (t) => {
  const place = createServer().listen(0, '127.0.0.1')
  await once(place, 'listening')
  const address = place.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise((resolve) => place.close(resolve))
  const { config, upstream, provider, keys } = face(t, port)
  t.equal(
    describe(await probeUser({ config, provider, upstream, keys }, browser)),
    'provider_unavailable: the metadata is not read yet',
  )
  const known = await startScriptedOp(t)
  const ready = face(t, known.port)
  ready.provider.start()
  await ready.provider.ready()
  t.equal(
    describe(await probeUser({ provider: ready.provider, upstream, keys, config }, browser)),
    'unreachable: ECONNREFUSED',
  )
})

t.test('a header that can not be sent ends in no exception', async (t) => {
  const { op, probe } = await prepare(t)
  t.equal(describe(await probe({ ...browser, cookies: 'a=\n' })), 'unreachable: UND_ERR_INVALID_ARG')
  t.equal(op.asked.length, 0)
})
