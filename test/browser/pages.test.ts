import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { stepUpForWebWithoutMfa } from '../lab/authsignal/rules.ts'
import { startWorld } from '../lab/world.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { cancelChallenge, isTooWide, logIn, startSignIn, waitForGreeting } from './person.ts'

/** With SCREENSHOTS=folder every page that these tests look at is kept there. */
const folder = process.env['SCREENSHOTS']

t.test('the pages of a sign-in', { skip }, async (t) => {
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForWebWithoutMfa],
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { web, authsignal, publicUrl } = world

  const looks = [
    { name: 'phone', viewport: { width: 320, height: 640 }, isMobile: true, colorScheme: 'light' },
    { name: 'desk', viewport: { width: 1280, height: 800 }, isMobile: false, colorScheme: 'dark' },
  ] as const
  for (const { name, ...options } of looks) {
    await t.test(`fit a ${name}`, async (t) => {
      authsignal.control.unenrol('user-bob')
      const visitor = await welcomeVisitor(browser, options)
      t.teardown(visitor.leave)
      const { page } = visitor
      const look = async (what: string, heading: string) => {
        await page.getByRole('heading', { name: heading }).waitFor()
        t.notOk(await isTooWide(page), `${what} needs no scrolling sideways`)
        if (folder !== undefined)
          await page.screenshot({ path: join(folder, `${name}-${what}.png`), fullPage: true })
      }

      await page.goto(web.url)
      await look('welcome', 'Welcome to Payroll')
      await startSignIn(page, web.url)
      await look('login', 'Sign in')
      const release = await holdBack(page, authsignal.hostedUrl)
      await logIn(page, 'bob')
      await look('one-more-step', 'One more step')
      await release()
      await page.getByRole('link', { name: 'Continue to verification' }).click()
      await look('enrolment', 'Set up an authenticator app')
      authsignal.control.enrol('user-bob')
      await page.reload()
      await look('challenge', 'Confirm that it’s you')
      await cancelChallenge(page)
      await look('cancelled', 'You left the verification')
      const left = page.url()
      await page.getByRole('link', { name: 'Back to the application' }).click()
      await look('application-error', 'You are not signed in')
      await page.goto(left.replace(/\/[^/]+\?.*$/, '/AAAAAAAAAAAAAAAAAAAAAA'))
      await look('wrong-link', 'This link does not belong to your sign-in')
      await page.goto(`${publicUrl}/step-up/nothing`)
      await look('nothing-here', 'There is nothing here')
      t.same(visitor.complaints, [], "the browser's console has no complaints")
    })
  }

  await t.test('need neither script nor mouse', async (t) => {
    const visitor = await welcomeVisitor(browser, { javaScriptEnabled: false })
    t.teardown(visitor.leave)
    const { page } = visitor
    await startSignIn(page, web.url)
    await page.getByLabel('Username').fill('bob')
    await page.getByLabel('Password').fill('bob')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
    await page.keyboard.type(authsignal.control.codeFor('user-bob'))
    await page.keyboard.press('Enter')
    await waitForGreeting(page, 'Bob Baker')
    t.equal(new URL(page.url()).origin, web.url)
  })
})

/** Lets the browser reach no page of an origin until released, so that the page before it can be looked at. */
async function holdBack(page: Page, origin: string): Promise<() => Promise<void>> {
  const pattern = `${origin}/**`
  await page.route(pattern, (route) => route.abort('aborted'))
  return () => page.unroute(pattern)
}
