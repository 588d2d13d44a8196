import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { onLenientStage } from '../attacks/frame/lenient-stage.ts'
import { authorizeQuery } from '../attacks/frame/real-stage.ts'
import { SCRIPTED_POLICY } from '../lab/op-interactions.ts'
import { startSignIn } from '../lab/people.ts'
import type { WorldOptions } from '../lab/world.ts'
import { closeExchanges, exchange } from './exchange.ts'
import { openBrowser, openWorld } from './stage.ts'

t.teardown(closeExchanges)

/** A configuration with passkeys on these pages of the OP. */
const offering = (loginPaths: readonly string[], more: WorldOptions = {}): WorldOptions => ({
  ...more,
  config: {
    ...more.config,
    passkeys: {
      tenantId: 'lab',
      signIn: {
        loginPaths,
        jwt: { path: '{page}/passkey', algorithm: 'HS256', secret: 'a-secret-for-the-login-page-tests' },
      },
    },
  },
})

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const html = { 'content-type': 'text/html; charset=utf-8' }
const field = '<input name="username" autocomplete="username" autofocus>'
const makePage = (head = '') =>
  `<!doctype html>\r\n${head}<form method="post">Größe ${field}<p>rest</p></form>\0\n`

/** What stands in the place of the field. */
const offer =
  /<input name="username" autocomplete="username webauthn" autofocus><script src="(?<sdk>[^"]+)" defer(?<sdkNonce> nonce="[^"]+")?><\/script><script src="(?<script>[^"]+)" defer(?<nonce> nonce="[^"]+")? data-tenant-id="lab" data-base-url="(?<base>[^"]+)"><\/script>/

function expectOffer(t: Test, body: Buffer, original: string): Record<string, string | undefined> {
  const { groups, 0: found = 'nothing' } = offer.exec(body.toString()) ?? {}
  t.ok(groups, 'passkeys are offered')
  t.equal(
    body.toString().replace(found, () => field),
    original,
    'all else is as it was',
  )
  return groups ?? {}
}

t.test("the lab OP's own login page", async (t) => {
  const world = await openWorld(
    t,
    offering(['/interaction/*'], { op: { contentSecurityPolicy: SCRIPTED_POLICY } }),
  )
  for (const [name, rp] of [
    ['web', world.web],
    ['a client that nobody protects', world.other],
  ] as const) {
    const { body, url } = await startSignIn(openBrowser(t), rp)
    t.match(new URL(url).pathname, /^\/interaction\//, name)
    t.match(body, /<input id="username" name="username"[^>]* autocomplete="username webauthn"[^>]*><script /)
  }
})

t.test("the lab OP's login page with a policy that has no place for us", async (t) => {
  const world = await openWorld(t, offering(['/interaction/*']))
  const { body } = await startSignIn(openBrowser(t), world.web)
  t.match(body, /<input id="username" name="username"[^>]* autocomplete="username"/)
  t.notMatch(body, '<script')
  await startSignIn(openBrowser(t), world.web)
  const told = world.log.filter((line) => line.includes('without the passkey sign-in'))
  t.equal(told.length, 1, 'the operator is told once')
  t.match(JSON.parse(told.join('')), {
    level: 40,
    obstacle: 'its Content-Security-Policy: default-src',
  })
})

t.test('pages of an OP', async (t) => {
  const { world, op, cookie } = await onLenientStage(
    offering(['/interaction/*', '/connect/authorize', '/'], { rules: [] }),
  )(t)
  const base = `${world.publicUrl}/step-up`
  const signedIn = { cookie: cookie.replace('Cookie: ', '') }

  /** Asks for a path, which the OP answers so. */
  function ask(
    path: string,
    answer: (response: ServerResponse) => unknown,
    { method = 'GET', headers = navigation as Record<string, string> } = {},
  ) {
    op.requests.length = 0
    op.answer = (_request, response) => answer(response)
    return exchange(world.publicUrl + path, { method, headers: { ...headers, ...signedIn } })
  }
  const give =
    (body: string | Buffer, headers: Record<string, string | string[]> = html, status = 200) =>
    (response: ServerResponse) =>
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)

  t.test('the field is found', async (t) => {
    const { status, headers, body } = await ask('/interaction/x', give(makePage()))
    t.equal(status, 200)
    const { sdk, script, base: told, nonce } = expectOffer(t, body, makePage())
    t.equal(told, base)
    t.equal(nonce, undefined)
    t.equal(headers['content-length'], String(body.length))
    for (const [url, name] of [
      [sdk, 'authsignal'],
      [script, 'passkey-sign-in'],
    ]) {
      t.match(url, `${base}/assets/${name}.js?v=`)
      const { status, headers } = await exchange(url ?? '')
      t.equal(status, 200)
      t.match(headers['content-type'], 'text/javascript')
      t.match(headers['cache-control'], 'immutable')
    }
  })

  t.test('headers that were true of other bytes are gone', async (t) => {
    const of = { etag: '"one"', 'content-md5': 'x', digest: 'x', 'content-digest': 'x', 'repr-digest': 'x' }
    const others = { 'last-modified': 'Sun, 22 Nov 2026 08:00:00 GMT', 'x-other': 'y' }
    const found = await ask('/interaction/x', give(makePage(), { ...html, ...of, ...others }))
    for (const name of Object.keys(of)) t.notOk(name in found.headers, name)
    t.match(found.headers, others)
    const other = await ask('/interaction/x', give('<p>consent', { ...html, ...of, ...others }))
    t.match(other.headers, { ...of, ...others, 'content-length': '10' }, 'but for a page that stays')
    const chunked = await ask('/interaction/x', (response) => {
      response.writeHead(200, html).end(makePage())
    })
    t.notOk('content-length' in chunked.headers, 'a length that was not told is not told')
    expectOffer(t, chunked.body, makePage())
  })

  t.test('the OP is asked for the page itself', async (t) => {
    const negotiating = {
      'accept-encoding': 'gzip',
      'if-none-match': '"one"',
      'if-modified-since': 'Sun, 22 Nov 2026 08:00:00 GMT',
      range: 'bytes=0-9',
    }
    for (const [path, isSent] of [
      ['/interaction/x', false],
      ['/interaction/x/y', true],
    ] as const) {
      await ask(path, give(makePage()), { headers: { ...navigation, ...negotiating } })
      const [request] = op.requests
      for (const name of Object.keys(negotiating)) t.equal(name in (request?.headers ?? {}), isSent, name)
    }
  })

  t.test('wherever people sign in', async (t) => {
    const asked = `/connect/authorize?${authorizeQuery(world.web, { max_age: '3600' })}`
    for (const path of ['/interaction/a-b_c', '/interaction/x?y=/z', '/', asked]) {
      expectOffer(t, (await ask(path, give(makePage()))).body, makePage())
    }
    const { body } = await ask('/interaction/x', give(makePage()), { method: 'POST' })
    expectOffer(t, body, makePage())
  })

  t.test('an authorization response goes on to be judged', async (t) => {
    const form = `<form method="post" action="${world.web.redirectUri}"><input name="code" value="c">${field}</form>`
    const asked = `/connect/authorize?${authorizeQuery(world.web, { max_age: '3600', response_mode: 'form_post' })}`
    const { body } = await ask(asked, give(form))
    t.notMatch(body.toString(), /<script src|webauthn/)
  })

  t.test('byte for byte', async (t) => {
    const long = Buffer.concat([Buffer.alloc(600 * 1024, '<p>long</p>'), Buffer.from(makePage())])
    const utf16 = Buffer.from(makePage(), 'utf16le')
    const at = (path: string) => ({ path })
    const by = (headers: Record<string, string>, method = 'GET') => ({ headers, method })
    const cases: Record<
      string,
      [
        string | Buffer,
        { path?: string; method?: string; headers?: Record<string, string> }?,
        Record<string, string>?,
        number?,
      ]
    > = {
      'another path': [makePage(), at('/interaction/x/y')],
      'another spelling': [makePage(), at('/interaction/x/')],
      'a spelling that an OP may take for it': [makePage(), at('/Interaction/x')],
      'no field': [makePage().replace('name="username"', 'name="user"')],
      'a hidden field': [makePage().replace('autofocus', 'hidden')],
      'a field that comes too late': [long],
      'another type': [makePage(), {}, { 'content-type': 'application/xhtml+xml' }],
      'no type': [makePage(), {}, {}],
      'a script': [makePage(), by({ accept: '*/*', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })],
      'a frame': [makePage(), by({ ...navigation, 'sec-fetch-dest': 'iframe' })],
      'a prefetch': [makePage(), by({ ...navigation, 'sec-purpose': 'prefetch' })],
      'a client that wants no page': [makePage(), by({ accept: 'application/json' })],
      'another method': [makePage(), by(navigation, 'PUT')],
      'an error': [makePage(), {}, html, 400],
      'a page behind a 201': [makePage(), {}, html, 201],
      gzip: [gzipSync(makePage()), {}, { ...html, 'content-encoding': 'gzip' }],
      'UTF-16': [utf16, {}, { 'content-type': 'text/html; charset=utf-16le' }],
    }
    for (const [name, [body, request = {}, headers = html, status = 200]] of Object.entries(cases)) {
      const { path = '/interaction/x', ...how } = request
      const given = { ...headers, etag: '"one"' }
      const answer = await ask(path, give(body, given, status), how)
      t.equal(answer.status, status, name)
      t.ok(answer.body.equals(Buffer.from(body)), name)
      t.match(answer.headers, { ...given, 'content-length': String(Buffer.byteLength(body)) }, name)
    }
    const head = await ask('/interaction/x', give(makePage()), { method: 'HEAD' })
    t.match(head.headers, { 'content-length': String(Buffer.byteLength(makePage())) }, 'HEAD')
    t.same(
      world.log.flatMap((line) => JSON.parse(line).obstacle ?? []).sort(),
      ['its content coding', 'its encoding'],
      'what the operator could change is told',
    )
  })

  t.test('a long page flows', async (t) => {
    const rest = '<p>Größe</p>\r\n'.repeat(400_000)
    const given = { ...html, etag: '"one"' }
    const { headers, body } = await ask('/interaction/x', give(makePage() + rest, given))
    t.ok(body.length > 5 * 1024 * 1024)
    expectOffer(t, body, makePage() + rest)
    t.notOk('content-length' in headers)
    t.notOk('etag' in headers)
  })

  t.test('a long page that breaks off is not made whole', async (t) => {
    const broken = ask('/interaction/x', (response) => {
      response.writeHead(200, html).write(makePage() + '<p>long</p>'.repeat(60_000), () => response.destroy())
    })
    await t.rejects(broken)
  })

  t.test("the page's policy", async (t) => {
    const csp = (...values: string[]) => ({ ...html, 'content-security-policy': values })
    const allowing = ["script-src 'self'", `default-src ${world.publicUrl}`, 'script-src http: https:']
    for (const policy of allowing) {
      expectOffer(t, (await ask('/interaction/x', give(makePage(), csp(policy)))).body, makePage())
    }
    const withNonce = await ask(
      '/interaction/x',
      give(makePage(), csp("script-src 'nonce-AbC1' 'strict-dynamic'", "connect-src 'self'")),
    )
    const { nonce, sdkNonce } = expectOffer(t, withNonce.body, makePage())
    t.equal(nonce, ' nonce="AbC1"')
    t.equal(sdkNonce, nonce)
    t.same(
      withNonce.headers['content-security-policy'],
      ["script-src 'nonce-AbC1' 'strict-dynamic'", "connect-src 'self'"],
      'stays as it is',
    )
    for (const policies of [
      ["script-src 'none'"],
      ["script-src 'self'", "connect-src 'none'"],
      ['sandbox'],
    ]) {
      const { body } = await ask('/interaction/x', give(makePage(), csp(...policies)))
      t.equal(body.toString(), makePage(), policies.join())
    }
    const meta = makePage('<meta http-equiv="Content-Security-Policy" content="script-src \'none\'">')
    t.equal((await ask('/interaction/x', give(meta))).body.toString(), meta, 'in its markup')
  })
})

t.test('where no client is protected', async (t) => {
  const clients = Object.fromEntries(['web', 'web2', 'consenting'].map((id) => [id, { mode: 'off' }]))
  const { world, op } = await onLenientStage(offering(['/interaction/*'], { clients }))(t)
  op.answer = (_request, response) => response.writeHead(200, html).end(makePage())
  const there = await exchange(`${world.publicUrl}/interaction/x`, { headers: navigation })
  expectOffer(t, there.body, makePage())
  const elsewhere = await exchange(`${world.publicUrl}/other`, { headers: navigation })
  t.equal(elsewhere.body.toString(), makePage())
  const wide = Buffer.from(makePage(), 'utf16le')
  op.answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-16le' }).end(wide)
  const untouched = await exchange(`${world.publicUrl}/interaction/x`, { headers: navigation })
  t.ok(untouched.body.equals(wide))
  t.match(world.log.join(''), '"obstacle":"its encoding"')
})

t.test('where passkeys are no way to sign in', async (t) => {
  const { world, op } = await onLenientStage({ config: { passkeys: { tenantId: 'lab' } } })(t)
  op.answer = (_request, response) => response.writeHead(200, html).end(makePage())
  const { body } = await exchange(`${world.publicUrl}/interaction/x`, { headers: navigation })
  t.equal(body.toString(), makePage())
  t.equal(
    (await exchange(`${world.publicUrl}/step-up/assets/authsignal.js`)).status,
    200,
    'there is the page',
  )
})

t.test('without passkeys there is nothing of it', async (t) => {
  const { world, op } = await onLenientStage()(t)
  op.answer = (_request, response) => response.writeHead(200, html).end(makePage())
  const { body } = await exchange(`${world.publicUrl}/interaction/x`, { headers: navigation })
  t.equal(body.toString(), makePage())
  t.equal((await exchange(`${world.publicUrl}/step-up/assets/authsignal.js`)).status, 404)
})
