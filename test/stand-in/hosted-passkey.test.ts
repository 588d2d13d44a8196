import type { PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import t from 'tap'
import { plugInAuthenticator } from '../browser/authenticator.ts'
import { launchChromium, skip, welcomeVisitor } from '../browser/chromium.ts'
import { SoftAuthenticator, toVirtualCredential } from '../lab/authsignal/soft-authenticator.ts'
import { loadBrowserSdk } from '../lab/authsignal/soft-browser.ts'
import { startWithSdk, tokenOf, web } from './start-with-sdk.ts'

const action = 'signIn'
const origin = 'http://localhost:4400'
const start = () => startWithSdk({ publicUrl: 'http://localhost:0', origins: [origin] })

t.test('a challenge by passkey on the hosted page', async (t) => {
  const { sdk, control, apiUrl, hostedUrl, close } = await start()
  t.teardown(close)
  const authenticator = new SoftAuthenticator()
  const browser = loadBrowserSdk({ origin, baseUrl: apiUrl, tenantId: 'lab', authenticator })
  const track = async (userId: string) => sdk.track({ userId, action, attributes: web })
  for (const userId of ['bob', 'alice'])
    await browser.passkey.signUp({ token: (await track(userId)).token, username: userId })
  const arrive = async (url: string) => {
    const page = await (await fetch(url)).text()
    const field = (pattern: RegExp) => pattern.exec(page)?.[1]?.replaceAll('&#34;', '"') ?? ''
    const options: PublicKeyCredentialRequestOptionsJSON = JSON.parse(field(/data-options="([^"]+)"/))
    return { page, options, challengeId: field(/name="challengeId" value="([^"]+)"/) }
  }
  const submit = async (url: string, challengeId: string, credential: unknown) =>
    fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ challengeId, credential: JSON.stringify(credential) ?? 'undefined' }),
    })
  const { url } = await track('alice')
  const { page, options } = await arrive(url)
  t.match(page, /Confirm that it’s you/)
  t.match(options, {
    rpId: 'localhost',
    allowCredentials: [{ id: authenticator.credentials[1]?.credentialId }],
  })

  const bob = await arrive((await track('bob')).url)
  const table: [
    name: string,
    challengeId: string | undefined,
    credential: (own: typeof options) => unknown,
  ][] = [
    ['no answer', undefined, () => undefined],
    ['no challenge', '', (own) => authenticator.assert(own, hostedUrl)],
    ['of another page', undefined, (own) => authenticator.assert(own, origin)],
    ['bob’s answer', bob.challengeId, () => authenticator.assert(bob.options, hostedUrl)],
  ]
  for (const [name, challengeId, credential] of table) {
    const own = await arrive(url)
    const refused = await submit(url, challengeId ?? own.challengeId, credential(own.options))
    t.equal(refused.status, 400, name)
    t.notMatch(await refused.text(), /role="alert" hidden/, name)
  }
  t.equal(control.action('alice').state, 'CHALLENGE_REQUIRED')

  const own = await arrive(url)
  const done = await submit(url, own.challengeId, authenticator.assert(own.options, hostedUrl))
  t.equal(done.status, 303)
  t.match(await sdk.validateChallenge({ token: tokenOf(done.headers.get('location') ?? '') }), {
    isValid: true,
    userId: 'alice',
    verificationMethod: 'PASSKEY',
  })
  control.rpId = 'example.com'
  t.match(await (await fetch((await track('alice')).url)).text(), /Another method is needed/)
})

t.test('in Chromium, with a virtual authenticator', { skip }, async (t) => {
  const { sdk, control, apiUrl, hostedUrl, close } = await start()
  t.teardown(close)
  const authenticator = new SoftAuthenticator()
  const browser = loadBrowserSdk({ origin, baseUrl: apiUrl, tenantId: 'lab', authenticator })
  const redirectUrl = `${hostedUrl}/mails`
  const track = async () => sdk.track({ userId: 'alice', action, attributes: { ...web, redirectUrl } })
  await browser.passkey.signUp({ token: (await track()).token, username: 'alice' })
  control.enrol('alice', { method: 'EMAIL_OTP', email: 'alice@example.com' })

  const chromium = await launchChromium()
  t.teardown(() => chromium.close())
  const { page, complaints } = await welcomeVisitor(chromium)
  const pluggedIn = await plugInAuthenticator(page)
  const button = page.getByRole('button', { name: 'Use your passkey' })
  await pluggedIn.verify(false)
  await page.goto((await track()).url)
  await button.click()
  await page.getByRole('alert').waitFor()
  t.equal(control.action('alice').state, 'CHALLENGE_REQUIRED', 'the browser has no such passkey')
  await page.getByRole('link', { name: 'Use a code by email instead' }).click()
  await page.getByLabel('Type the six digits').waitFor()
  await page.getByRole('link', { name: 'Use a passkey instead' }).click()

  for (const credential of authenticator.credentials) await pluggedIn.add(toVirtualCredential(credential))
  await pluggedIn.verify(true)
  await button.click()
  await page.waitForURL(`${redirectUrl}?token=*`)
  t.match(await sdk.validateChallenge({ token: tokenOf(page.url()) }), {
    isValid: true,
    userId: 'alice',
    verificationMethod: 'PASSKEY',
  })
  t.same(complaints, [])
})
