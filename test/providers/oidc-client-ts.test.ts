import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchChromium, skip as noChromium, welcomeVisitor } from '../browser/chromium.ts'
import { logIn, typeCode } from '../browser/person.ts'
import { oidcClientTsKit } from '../lab/applications/npm/kits.ts'
import { oidcProviderKit } from '../lab/providers/oidc-provider/kit.ts'
import { startProviderWorld } from '../lab/providers/world.ts'

/** An application of scripts in a real browser: it signs in by redirects, and renews in a frame with prompt=none. */

const missing = (await oidcClientTsKit.findMissing()) ?? noChromium
if (missing && process.env['STEP_UP_REQUIRE_ALL'] === '1') t.fail(missing)

t.test('oidc-client-ts in a real browser', missing ? { skip: missing } : {}, async (t) => {
  const world = await startProviderWorld(oidcProviderKit, [{ kit: oidcClientTsKit }], {
    hostedUrl: 'http://authsignal.localhost:0',
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { authsignal, people } = world
  const [column] = world.columns
  if (column === undefined) throw new Error('there are no applications')
  const { plain, open } = column.applications
  const originOf = (application: typeof plain) =>
    new URL(application.registration.redirectUris[0] ?? '').origin
  const visit = async (t: Test) => {
    const visitor = await welcomeVisitor(browser)
    t.teardown(visitor.leave)
    return visitor.page
  }
  const renewAt = async (page: Page, origin: string) => {
    await page.goto(`${origin}/`)
    await page.evaluate('renew()')
    return page.locator('#says').textContent()
  }
  const says = (page: Page, words: string) => page.getByText(words, { exact: true }).waitFor()

  await t.test('signs in, and renews in a frame', async (t) => {
    const page = await visit(t)
    const { subject, username } = people.alice
    await page.goto(`${originOf(plain)}/login`)
    await logIn(page, username)
    await typeCode(page, authsignal.control.newCodeFor(subject))
    await says(page, `signed in as ${subject}`)
    const tracks = authsignal.control.tracks.length
    t.equal(await renewAt(page, originOf(plain)), `renewed for ${subject}`)
    t.equal(authsignal.control.tracks.length, tracks, 'the step-up is remembered')
  })

  await t.test(
    'signs in in a popup, with a challenge, and goes on in the window that opened it',
    async (t) => {
      const { subject, username } = people.alice
      for (const [name, meanwhile] of [
        ['at once', async () => {}],
        [
          'at the second try',
          async (popup: Page) => {
            await popup.getByRole('link', { name: 'Cancel' }).click()
            await popup.getByRole('link', { name: 'Try again' }).click()
          },
        ],
      ] as const) {
        const page = await visit(t)
        await page.goto(`${originOf(plain)}/`)
        await says(page, 'nobody')
        const opened = page.waitForEvent('popup')
        await page.evaluate('void open()')
        const popup = await opened
        const closed = popup.waitForEvent('close')
        await logIn(popup, username)
        await popup.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
        await meanwhile(popup)
        await typeCode(popup, authsignal.control.newCodeFor(subject))
        await says(page, `opened for ${subject}`)
        await closed
        t.ok(popup.isClosed(), `${name}: the library has closed it`)
      }
    },
  )

  await t.test('signs in in a popup where the user is known, and is told there of an error', async (t) => {
    const page = await visit(t)
    const { subject, username } = people.bob
    await page.goto(`${originOf(open)}/login`)
    await logIn(page, username)
    await says(page, `signed in as ${subject}`)
    for (const cancels of [true, false]) {
      await page.goto(`${originOf(plain)}/`)
      await says(page, 'nobody')
      const opened = page.waitForEvent('popup')
      await page.evaluate('void open()')
      const popup = await opened
      await popup.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
      if (cancels) {
        await popup.getByRole('link', { name: 'Cancel' }).click()
        await popup.getByRole('link', { name: 'Back to the application' }).click()
        await says(page, 'error unmet_authentication_requirements')
      } else {
        await typeCode(popup, authsignal.control.newCodeFor(subject))
        await says(page, `opened for ${subject}`)
      }
    }
    t.equal(await renewAt(page, originOf(plain)), `renewed for ${subject}`)
  })

  await t.test('is told in its frame that a challenge is due', async (t) => {
    const page = await visit(t)
    const { subject, username } = people.bob
    await page.goto(`${originOf(open)}/login`)
    await logIn(page, username)
    await says(page, `signed in as ${subject}`)
    t.equal(await renewAt(page, originOf(open)), `renewed for ${subject}`, 'the open application renews')
    t.equal(await renewAt(page, originOf(plain)), 'error interaction_required', 'the protected one may not')
    await page.goto(`${originOf(plain)}/login`)
    await typeCode(page, authsignal.control.newCodeFor(subject))
    await says(page, `signed in as ${subject}`)
    t.equal(await renewAt(page, originOf(plain)), `renewed for ${subject}`)
  })

  await t.test('is told in its frame that nobody is signed in', async (t) => {
    const page = await visit(t)
    t.equal(await renewAt(page, originOf(plain)), 'error login_required')
  })
})
