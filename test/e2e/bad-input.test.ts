import t, { type Test } from 'tap'
import { stepUpForWeb } from '../lab/authsignal/rules.ts'
import { signIn, startSignIn } from '../lab/people.ts'
import { sendRaw } from '../lab/raw.ts'
import { authorizationUrl } from './authorization.ts'
import { expectChallenge, findReturn, passChallenge } from './challenge.ts'
import { expectPage, expectSignedIn } from './expect.ts'
import { openBrowser, openWorld, type Watch, watch } from './stage.ts'
import { askToken, basicOf } from './token-request.ts'

const world = await openWorld(t, { rules: [{ ...stepUpForWeb, conditions: undefined }] })
const { web, other, publicUrl, authsignal } = world
const port = Number(new URL(publicUrl).port)

t.beforeEach(() => world.clock.advance(10 * 60_000))

/** A request as it stands on the wire; gives the status and the whole answer. */
async function ask(target: string, method = 'GET', more: readonly string[] = [], body = '') {
  const head = [`${method} ${target} HTTP/1.1`, `Host: localhost:${port}`, 'Connection: close', ...more]
  const answer = await sendRaw(port, `${head.join('\r\n')}\r\n\r\n${body}`)
  return { status: Number(answer.slice(9, 12)), answer }
}

function expectNothing(t: Test, seen: Watch, ...secrets: string[]): void {
  t.same(seen.atOp(), [], 'nothing reaches the OP')
  for (const secret of secrets) t.notOk(seen.log().includes(secret), 'nothing secret is in the log')
}

const request = new URL(authorizationUrl(world, web, { state: 'a-secret-state' }))
const authorize = request.pathname + request.search

for (const [name, target] of [
  ['a duplicate client_id', `${authorize}&client_id=other`],
  ['a duplicate redirect_uri', `${authorize}&redirect_uri=https%3A%2F%2Fevil.example`],
  ['a client_id in another spelling', `${authorize}&client%5Fid=other`],
  ['a dot segment', authorize.replace('/connect/', '/connect/%2e/')],
  ['a parent segment', authorize.replace('/connect/', '/a/%2E%2e/connect/')],
  ['an escaped letter in the path', authorize.replace('authorize', '%61uthorize')],
  ['a doubled slash', authorize.replace('/connect/', '/connect//')],
  ['a slash at the end', authorize.replace('authorize', 'authorize/')],
  ['a path parameter', authorize.replace('authorize', 'authorize;v=1')],
  ['a backslash', authorize.replace('/connect/', '/connect\\')],
  ['an absolute target', `http://evil.example${authorize}`],
  ['a broken escape', `${authorize}&scope=%zz`],
] as const) {
  t.test(`${name} at the authorization endpoint: 400`, async (t) => {
    const seen = watch(world)
    const { status, answer } = await ask(target, 'GET', ['Accept: text/html'])
    t.equal(status, 400)
    t.match(answer, /This request can&#39;t be used|This request can't be used/)
    expectNothing(t, seen, 'a-secret-state')
  })
}

for (const [name, target] of [
  ['a dot segment', '/connect/%2e/token'],
  ['a slash at the end', '/connect/token/'],
  ['something behind it', '/connect/token/x'],
  ['a doubled slash', '//connect/token'],
] as const) {
  t.test(`${name} at the token endpoint: 400`, async (t) => {
    const seen = watch(world)
    const form = 'grant_type=authorization_code&code=a-secret-code'
    const more = [`Content-Type: application/x-www-form-urlencoded`, `Content-Length: ${form.length}`]
    t.equal((await ask(target, 'POST', more, form)).status, 400)
    expectNothing(t, seen, 'a-secret-code')
  })
}

t.test('at an OP that folds case the token endpoint is guarded in every case', async (t) => {
  const seen = watch(world)
  const form = 'grant_type=authorization_code&code=a-secret-code&client_id=web&client_secret=x'
  const more = [`Content-Type: application/x-www-form-urlencoded`, `Content-Length: ${form.length}`]
  const { status, answer } = await ask('/Connect/TOKEN', 'POST', more, form)
  t.equal(status, 400)
  t.match(answer, /"error":"invalid_grant"/)
  t.same(seen.atOp(), [])
})

t.test('two Host headers, or another host: 400', async (t) => {
  const seen = watch(world)
  t.equal((await ask(authorize, 'GET', ['Host: evil.example'])).status, 400)
  const answer = await sendRaw(
    port,
    `GET ${authorize} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  )
  t.match(answer, /^HTTP\/1\.1 400 /)
  expectNothing(t, seen)
})

t.test('a form of 2 MiB at the token endpoint: 413, before it is read', async (t) => {
  const seen = watch(world)
  const form = {
    grant_type: 'authorization_code',
    code: 'a-secret-code',
    padding: 'x'.repeat(2 * 1024 * 1024),
  }
  const page = await askToken(world, openBrowser(t), web, form).catch((error: Error) => error)
  // The answer comes before the form is sent; a client that goes on sending may see the end of the connection.
  if (!(page instanceof Error)) t.equal(page.status, 413)
  const more = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${2 * 1024 * 1024}`]
  const { status, answer } = await ask('/connect/token', 'POST', more, 'code=a-secret-code')
  t.equal(status, 413)
  t.match(answer, /"error":"invalid_request"/)
  expectNothing(t, seen, 'a-secret-code', basicOf(web))
})

t.test('a chunked form of more than 1 MiB at the token endpoint: 413', async (t) => {
  const seen = watch(world)
  const more = ['Content-Type: application/x-www-form-urlencoded', 'Transfer-Encoding: chunked']
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  t.equal((await ask('/connect/token', 'POST', more, chunk.repeat(17))).status, 413)
  expectNothing(t, seen)
})

t.test('JSON at the token endpoint: 415', async (t) => {
  const seen = watch(world)
  const more = ['Content-Type: application/json', 'Content-Length: 2']
  t.equal((await ask('/connect/token', 'POST', more, '{}')).status, 415)
  expectNothing(t, seen)
})

t.test('other methods at guarded endpoints: 405', async (t) => {
  const seen = watch(world)
  t.equal((await ask(authorize, 'PUT', ['Content-Length: 0'])).status, 405)
  t.equal((await ask('/connect/token', 'GET')).status, 405)
  expectNothing(t, seen)
})

t.test('a return without cookie: 400, and the step-up is burnt', async (t) => {
  const browser = openBrowser(t)
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'))
  const seen = watch(world)
  const validations = authsignal.control.validations.length
  expectPage(t, await openBrowser(t).navigate(back), 400, /continue in the browser where you started/)
  t.match(seen.audit('security'), [{ event: 'return_in_another_browser', client_id: 'web' }])
  expectPage(t, await browser.navigate(back), 410, /already been used/)
  t.equal(authsignal.control.validations.length, validations, 'Authsignal is not asked')
  expectNothing(t, seen, new URL(back).searchParams.get('token') ?? 'no token')
  expectChallenge(t, world, await startSignIn(browser, web))
})

t.test('a return with the cookie of another browser: 400, and the step-up is burnt', async (t) => {
  const browser = openBrowser(t)
  const thief = openBrowser(t)
  await signIn(thief, web, 'bob')
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'))
  expectPage(t, await thief.navigate(back), 400, /continue in the browser where you started/)
  expectPage(t, await browser.navigate(back), 410, /already been used/)
})

t.test('a return with a wrong nonce: 400, and nothing changes', async (t) => {
  const browser = openBrowser(t)
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'))
  const seen = watch(world)
  const [, , , , id] = new URL(back).pathname.split('/')
  const wrong = back.replace(`/${id}?`, '/AAAAAAAAAAAAAAAAAAAAAA?')
  t.not(wrong, back)
  expectPage(t, await browser.navigate(wrong), 400, /does not belong to your sign-in/)
  expectNothing(t, seen)
  await expectSignedIn(t, browser, await browser.navigate(back), web)
})

t.test('a return with a foreign token verifies nobody', async (t) => {
  const bob = openBrowser(t)
  const bobs = new URL(await findReturn(world, bob, await signIn(bob, web, 'alice')))
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')
  const own = new URL(await findReturn(world, browser, challenge))
  own.searchParams.set('token', bobs.searchParams.get('token') ?? '')
  const seen = watch(world)
  expectPage(t, await browser.navigate(own), 403, /did not succeed/)
  expectNothing(t, seen, bobs.searchParams.get('token') ?? 'no token')
})

t.test('a return with garbage for a token, or with two tokens', async (t) => {
  const browser = openBrowser(t)
  const own = new URL(await findReturn(world, browser, await signIn(browser, web, 'alice')))
  const two = `${own.href}&token=a-second-token`
  const seen = watch(world)
  expectPage(t, await browser.navigate(two), 400, /can't be used/)
  own.searchParams.set('token', 'a-garbage-token')
  expectPage(t, await browser.navigate(own), 403, /did not succeed/)
  expectNothing(t, seen, 'a-garbage-token', 'a-second-token')
})

t.test('a return by HEAD or POST: 405, and nothing changes', async (t) => {
  const browser = openBrowser(t)
  const back = await findReturn(world, browser, await signIn(browser, web, 'alice'))
  const { pathname, search } = new URL(back)
  const cookie = `Cookie: ${await browser.jar.getCookieString(back)}`
  const seen = watch(world)
  const head = await ask(pathname + search, 'HEAD', [cookie])
  t.equal(head.status, 405)
  t.equal((await ask(pathname + search, 'POST', [cookie, 'Content-Length: 0'])).status, 405)
  expectNothing(t, seen)
  t.same(seen.audit('step_up'), [])
  await expectSignedIn(t, browser, await browser.navigate(back), web)
})

t.test('a return after the time of the step-up: 410', async (t) => {
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')
  world.clock.advance(10 * 60_000 - 30_000)
  const late = await findReturn(world, browser, challenge)
  world.clock.advance(60_000)
  expectPage(t, await browser.navigate(late), 410, /took too long/)
})

t.test("a challenge page is another browser's, or in a frame", async (t) => {
  const browser = openBrowser(t)
  const challenge = await signIn(browser, web, 'alice')
  const ours = challenge.hops.find(({ url }) => url.startsWith(`${publicUrl}/step-up/challenge/`))?.url ?? ''
  expectPage(t, await openBrowser(t).navigate(ours), 400, /in the browser where you started/)
  const framed = await browser.navigate(ours, { headers: { 'sec-fetch-dest': 'iframe' } })
  t.equal(framed.status, 400)
  t.notMatch(framed.body, authsignal.hostedUrl)
  await expectSignedIn(t, browser, await passChallenge(world, browser, challenge), web)
})

for (const [target, status] of [
  ['/step-up', 404],
  ['/step-up/', 400],
  ['/step-up/probe', 404],
  ['/step-up/probe?code=a-secret-code&state=s', 404],
  ['/step-up/unknown', 404],
  ['/step-up/challenge', 404],
  ['/step-up/return/a', 404],
  ['/step-up/challenge/unknown', 410],
  ['/step-up/return/unknown/nonce', 410],
  ['/step-up/retry/unknown', 410],
  ['/step-up/back/unknown', 410],
  ['/STEP-UP/probe', 400],
  ['/step-up/%70robe', 400],
  ['//step-up/probe', 400],
  ['/step-up/return/a%2Fb/c', 400],
] as const) {
  t.test(`${target} is never proxied: ${status}`, async (t) => {
    const seen = watch(world)
    const { answer, ...got } = await ask(target, 'GET', ['Accept: text/html', 'Sec-Fetch-Dest: document'])
    t.equal(got.status, status, answer.slice(0, 200))
    expectNothing(t, seen, 'a-secret-code')
  })
}

t.test('our cookie reaches neither the OP nor the log', async (t) => {
  const browser = openBrowser(t)
  await passChallenge(world, browser, await signIn(browser, web, 'alice'))
  const ours = (await browser.cookie(publicUrl, 'step-up')) ?? ''
  t.match(ours, /^[\w-]{43}$/)
  await startSignIn(browser, other)
  const received = world.op.requests.map(({ headers }) => headers.cookie ?? '')
  t.notOk(received.some((cookie) => cookie.includes(ours)))
  t.notOk(world.log.join('').includes(ours))
})
