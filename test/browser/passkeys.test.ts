import t from 'tap'
import { stepUpForPasskeyPage, stepUpForWebWithoutMfa } from '../lab/authsignal/rules.ts'
import { SCRIPTED_POLICY } from '../lab/op-interactions.ts'
import { makePasskeySignIn } from '../lab/op-passkeys.ts'
import { startWorld } from '../lab/world.ts'
import { plugInAuthenticator } from './authenticator.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { logIn, readClaims, startSignIn, typeCode, waitForGreeting } from './person.ts'

t.test('passkeys in a real browser, in front of oidc-provider', { skip }, async (t) => {
  const { passkeys, key } = makePasskeySignIn()
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForWebWithoutMfa, stepUpForPasskeyPage],
    op: { passkeyIssuer: { key }, contentSecurityPolicy: SCRIPTED_POLICY },
    config: { passkeys },
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { web, other, authsignal, op, publicUrl } = world
  const countPasswords = () =>
    op.requests.filter(({ method, url }) => method === 'POST' && url.endsWith('/login')).length
  const { page, complaints, visited, leave } = await welcomeVisitor(browser)
  t.teardown(leave)
  const authenticator = await plugInAuthenticator(page)
  const signOut = async (application: string) => {
    await page.goto(application)
    await page.getByRole('link', { name: 'Sign out everywhere' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }

  await t.test('somebody who has none signs in with password and TOTP, and adds one', async (t) => {
    await startSignIn(page, web.url)
    await logIn(page, 'alice')
    await typeCode(page, authsignal.control.newCodeFor('user-alice'))
    await waitForGreeting(page, 'Alice Archer')
    t.equal(countPasswords(), 1)

    await page.goto(`${publicUrl}/step-up/passkeys`)
    await typeCode(page, authsignal.control.newCodeFor('user-alice'))
    await page.getByRole('heading', { name: 'Passkeys', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Your passkey was added.').waitFor()
    t.equal(await authenticator.countPasskeys(), 1)
    t.equal(authsignal.control.passkeysOf('user-alice').length, 1)
  })

  await t.test('it signs in with no password and no challenge', async (t) => {
    await signOut(web.url)
    const [passwords, seen] = [countPasswords(), visited.length]
    const validated = authsignal.control.validations.length
    await page.getByRole('link', { name: 'Sign in' }).click()
    await waitForGreeting(page, 'Alice Archer')

    t.equal(countPasswords(), passwords, 'no password was typed')
    t.equal(authsignal.control.validations.length, validated + 1, 'the passkey was validated')
    t.notOk(
      visited.slice(seen).some((url) => url.includes('/challenge')),
      'and there was no challenge',
    )
    t.match(await readClaims(page, web.url), {
      sub: 'user-alice',
      amr: ['swk'],
      acr: 'urn:lab:passkey',
      name: 'Alice Archer',
    })
    t.match(world.audit('signed_in').at(-1), { subject: 'user-alice', by: 'jwt' })
  })

  await t.test('while nobody picks it, the password works as ever', async (t) => {
    await signOut(web.url)
    await authenticator.answer(false)
    const offered = page.waitForResponse(/passkey\/authentication-options$/)
    await startSignIn(page, other.url)
    await offered
    t.equal(await page.getByLabel('Username').getAttribute('autocomplete'), 'username webauthn')
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
  })

  await t.test('it takes over from somebody else who is signed in', async (t) => {
    await authenticator.answer(true)
    await page.goto(`${other.url}/login?prompt=login`)
    await waitForGreeting(page, 'Alice Archer')
    t.match(await readClaims(page, other.url), { sub: 'user-alice', amr: ['swk'] })
  })

  t.same(complaints, [], "the browser's console has no complaints")
})
