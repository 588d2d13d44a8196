import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { plugInAuthenticator } from '../browser/authenticator.ts'
import { launchChromium, skip as noChromium, type Visitor, welcomeVisitor } from '../browser/chromium.ts'
import { readClaims, typeCode } from '../browser/person.ts'
import { openidClientKit } from '../lab/applications/openid-client/kit.ts'
import { stepUpForPasskeyPage, stepUpWithoutSecondFactor } from '../lab/authsignal/rules.ts'
import type { Person } from '../lab/providers/kit.ts'
import { trustedHeader } from '../lab/providers/lemonldap-ng/configuration.ts'
import { lemonldapKit } from '../lab/providers/lemonldap-ng/kit.ts'
import { startProviderWorld } from '../lab/providers/world.ts'

t.test('passkeys in a real browser, in front of LemonLDAP::NG', async (t) => {
  const missing = (await lemonldapKit.findMissing()) ?? noChromium
  if (missing) {
    if (process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)
    else t.pass('is skipped', { skip: missing })
    return
  }
  const world = await startProviderWorld(lemonldapKit, [{ kit: openidClientKit }], {
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpWithoutSecondFactor, stepUpForPasskeyPage],
    config: {
      passkeys: {
        tenantId: 'lab',
        signIn: {
          loginPaths: ['/', '/oauth2/authorize'],
          field: 'user',
          header: { name: trustedHeader, path: '/' },
        },
      },
    },
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { publicUrl, authsignal, people } = world
  const application = world.columns[0]?.applications.plain.registration.redirectUris[0] ?? ''
  const { origin } = new URL(application)
  const signedIn = (page: Page) => page.getByRole('link', { name: 'Sign out everywhere' })
  const signOut = async (page: Page) => {
    await page.goto(origin)
    await signedIn(page).click()
    await page.locator('form#form button.positive').click()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }
  const addPasskey = async (page: Page, subject: string) => {
    await page.goto(`${publicUrl}/step-up/passkeys`)
    await typeCode(page, authsignal.control.newCodeFor(subject))
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByText('Your passkey was added.').waitFor()
  }
  const signInByPasskey = async (t: Test, { page, visited }: Visitor) => {
    const seen = visited.length
    await page.goto(origin)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await signedIn(page).waitFor()
    t.notOk(
      visited.slice(seen).some((url) => url.includes('/challenge')),
      'there was no challenge',
    )
    t.equal(world.audit('signed_in').at(-1)?.['by'], 'header')
    return readClaims(page, origin)
  }
  const visit = (name: string, walk: (t: Test, visitor: Visitor) => Promise<void>, headers = {}) =>
    t.test(name, async (t) => {
      const visitor = await welcomeVisitor(browser, { extraHTTPHeaders: headers })
      t.teardown(visitor.leave)
      await walk(t, visitor)
      t.same(visitor.complaints, [], "the browser's console has no complaints")
    })

  await visit('one is added, and signs in with no password', async (t, visitor) => {
    const { page } = visitor
    const { alice } = people
    const authenticator = await plugInAuthenticator(page)
    await page.goto(origin)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await logInAtPortal(page, alice)
    await typeCode(page, authsignal.control.newCodeFor(alice.subject))
    await signedIn(page).waitFor()
    t.match(await readClaims(page, origin), { sub: alice.subject, amr: ['pwd'] })
    await addPasskey(page, alice.subject)
    t.equal(await authenticator.countPasskeys(), 1)

    await signOut(page)
    const claims = await signInByPasskey(t, visitor)
    t.match(claims, { sub: alice.subject, amr: ['swk'], acr: 'loa-2', name: 'Doctor Who' })
  })

  await visit("the portal's own second factor is not asked for behind a passkey", async (t, visitor) => {
    const { page } = visitor
    const { dave } = people
    await plugInAuthenticator(page)
    await page.goto(origin)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await logInAtPortal(page, dave)
    await page.locator('[name=code]').fill(codeOf(dave))
    await page.locator('form[action*=totp2fcheck] button[type=submit]').click()
    await signedIn(page).waitFor()
    await addPasskey(page, dave.subject)

    await signOut(page)
    t.match(await signInByPasskey(t, visitor), { sub: dave.subject, amr: ['swk'] })
  })

  const claimed = { [trustedHeader]: people.bob.username }
  await visit(
    'a browser that sends the header itself is a stranger',
    async (t, { page }) => {
      const headers = { ...claimed, host: new URL(publicUrl).host }
      const direct = await request(`${world.provider.url}/`, { headers })
      await direct.body.dump()
      t.match(direct.headers['set-cookie'], /^lemonldap=/, 'the portal itself would believe it')

      for (const path of ['/', '/oauth2/authorize', '/mysession/?whoami', '/?logout=1']) {
        const answer = await page.goto(publicUrl + path)
        t.notMatch((await answer?.allHeaders())?.['set-cookie'] ?? '', /^lemonldap=[1-9a-f]/m, path)
      }
      await page.goto(publicUrl)
      await page.locator('#lform input[name=user]').waitFor()
      t.match(await page.locator('#lform input[name=user]').getAttribute('autocomplete'), 'username webauthn')
    },
    claimed,
  )
})

async function logInAtPortal(page: Page, { username, password }: Person): Promise<void> {
  await page.locator('input[name=user]').fill(username)
  await page.locator('input[name=password]').fill(password)
  await page.locator('#lform button[type=submit]').click()
}

function codeOf({ totpSecret = '' }: Person): string {
  return new TOTP({ secret: Secret.fromBase32(totpSecret) }).generate()
}
