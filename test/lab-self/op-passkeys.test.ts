import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { Browser } from '../lab/browser.ts'
import { startDirectWorld } from '../lab/direct-world.ts'
import type { OpOptions } from '../lab/op.ts'
import { SCRIPTED_POLICY } from '../lab/op-interactions.ts'
import { isLoginPage, logIn, readClaims, startSignIn } from '../lab/people.ts'

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const passkeyIssuer = { key: createPublicKey(privateKey) }
const seconds = () => Math.floor(Date.now() / 1000)

async function open(t: Test, options: Partial<OpOptions>) {
  const world = await startDirectWorld(options)
  const browser = new Browser()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const page = await startSignIn(browser, world.web)
  const claims = {
    iss: world.op.url,
    aud: world.op.url,
    sub: 'user-alice',
    iat: seconds(),
    exp: seconds() + 60,
  }
  return {
    ...world,
    browser,
    page,
    bring: (jwt: string, uid = new URL(page.url).pathname) =>
      browser.navigate(`${world.op.url}${uid}/passkey?token=${jwt}&return_to=${uid}`),
    sign: (
      more: Record<string, unknown> = {},
      header: { typ?: string; alg?: string } = {},
      key = privateKey,
    ) =>
      new SignJWT({ ...claims, jti: 'one', ...more })
        .setProtectedHeader({ alg: 'ES256', typ: 'passkey-sign-in+jwt', ...header })
        .sign(key),
  }
}

t.test('a JWT signs a person in, once', async (t) => {
  const { browser, web, page, sign, bring } = await open(t, { passkeyIssuer })
  const jwt = await sign()
  const end = await bring(jwt)
  t.equal(end.status, 200)
  t.ok(end.url.startsWith(web.url), 'the application is where it leads')
  t.match(await readClaims(browser, web), { sub: 'user-alice', amr: ['swk'], acr: 'urn:lab:passkey' })
  const other = new Browser()
  t.teardown(() => other.close())
  const next = await startSignIn(other, web)
  const again = await other.navigate(`${next.url}/passkey?token=${jwt}`)
  t.equal(again.status, 400, 'it has been used')
  t.ok(isLoginPage(await other.navigate(next.url)))
  t.equal(
    (await bring(await sign({ jti: 'two' }), new URL(page.url).pathname)).status,
    400,
    'the sign-in is over',
  )
})

t.test('a JWT for somebody else than is signed in', async (t) => {
  const { browser, web, page, sign, op } = await open(t, { passkeyIssuer })
  await logIn(browser, page, 'bob')
  const asked = await startSignIn(browser, web, 'prompt=login')
  const end = await browser.navigate(`${op.url}${new URL(asked.url).pathname}/passkey?token=${await sign()}`)
  t.match(
    await readClaims(browser, web),
    { sub: 'user-bob' },
    'bob is signed in until the OP has ended his session',
  )
  await browser.submit(end, {})
  t.match(await readClaims(browser, web), { sub: 'user-alice', amr: ['swk'] }, 'takes over')
})

const bad: [
  title: string,
  claims: Record<string, unknown>,
  header?: { typ?: string },
  key?: typeof privateKey,
][] = [
  ['of another gateway', { iss: 'https://evil.example' }],
  ['for another OP', { aud: 'https://evil.example' }],
  ['that is too old', { iat: seconds() - 120, exp: seconds() - 60 }],
  ['that lives too long', { iat: seconds() - 120, exp: seconds() + 600 }],
  ['from the future', { nbf: seconds() + 120 }],
  ['without an id', { jti: undefined }],
  ['without an end', { exp: undefined }],
  ['of nobody', { sub: undefined }],
  ['of an unknown person', { sub: 'user-mallory' }],
  ['of another type', {}, { typ: 'at+jwt' }],
  ['by another key', {}, {}, foreign],
]
t.test('what is no sign-in', async (t) => {
  const { browser, page, sign, bring } = await open(t, { passkeyIssuer })
  for (const [title, claims, header, key] of bad) {
    t.equal((await bring(await sign(claims, header, key))).status, 400, `a JWT ${title}`)
  }
  const key = Buffer.from(passkeyIssuer.key.export({ type: 'spki', format: 'pem' }).toString())
  const symmetric = await new SignJWT({ sub: 'user-alice' }).setProtectedHeader({ alg: 'HS256' }).sign(key)
  for (const text of ['', 'a.b.c', symmetric, `${await sign()}&token=${await sign()}`]) {
    t.equal((await bring(text)).status, 400, 'a text that is none, or two')
  }
  t.equal(
    (await bring(await sign(), '/interaction/other')).status,
    400,
    'another sign-in than that of this browser',
  )
  t.ok(isLoginPage(await browser.navigate(page.url)), 'the login page is where it was')
})

t.test('an OP that knows no passkeys', async (t) => {
  const { browser, web, sign, bring, page } = await open(t, {})
  t.ok((await bring(await sign())).body.includes('name="password"'), 'shows the login page')
  t.notMatch(page.headers['content-security-policy'], 'script-src')
  await logIn(browser, page, 'bob')
  t.match(await readClaims(browser, web), { sub: 'user-bob', amr: ['pwd'] })
})

t.test('a login page whose policy lets scripts in', async (t) => {
  const { page, web } = await open(t, { contentSecurityPolicy: SCRIPTED_POLICY })
  t.match(
    page.headers['content-security-policy'],
    "script-src 'self'; connect-src 'self'; default-src 'none'",
  )
  t.ok(String(page.headers['content-security-policy']).endsWith(`form-action 'self' ${web.url}`))
})
