import t, { type Test } from 'tap'
import { stepUpForWebWithoutMfa } from '../lab/authsignal/rules.ts'
import { startWorld, type World } from '../lab/world.ts'
import { launchChromium, skip, type Visitor, welcomeVisitor } from './chromium.ts'
import { cancelChallenge, enrolApp, logIn, startSignIn, typeCode, waitForGreeting } from './person.ts'

t.test('a person at a real browser', { skip }, async (t) => {
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForWebWithoutMfa],
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { web, other, authsignal } = world
  const visit = (name: string, walk: (visitor: Visitor, t: Test) => Promise<void>) =>
    t.test(name, async (t) => {
      const visitor = await welcomeVisitor(browser)
      t.teardown(visitor.leave)
      await walk(visitor, t)
      t.same(visitor.complaints, [], "the browser's console has no complaints")
    })
  // A code counts once in its 30 seconds: each time bob has a new app.
  const newCode = () => {
    authsignal.control.unenrol('user-bob')
    authsignal.control.enrol('user-bob')
    return authsignal.control.codeFor('user-bob')
  }

  await visit(
    'sets up a second factor on the first visit, and is asked once a session',
    async ({ page, visited }, t) => {
      authsignal.control.unenrol('user-alice')
      await startSignIn(page, web.url)
      await logIn(page, 'alice')
      await enrolApp(page)
      await waitForGreeting(page, 'Alice Archer')
      t.match(await page.locator('table').first().textContent(), /user-alice/)
      t.ok(
        visited.some((url) => url.startsWith(`${world.publicUrl}/step-up/challenge/`)),
        'the challenge page stood in between',
      )
      const tracked = authsignal.control.tracks.length

      await page.goto(other.url)
      await page.getByRole('link', { name: 'Sign in' }).click()
      await waitForGreeting(page, 'Alice Archer')
      t.equal(authsignal.control.tracks.length, tracked, 'nobody asked about the unprotected client')

      await page.goto(web.url)
      await page.getByRole('link', { name: 'Sign out here' }).click()
      const before = visited.length
      await page.getByRole('link', { name: 'Sign in' }).click()
      await waitForGreeting(page, 'Alice Archer')
      t.notOk(
        visited.slice(before).some((url) => url.includes('/challenge')),
        'no second challenge',
      )
      t.equal(authsignal.control.tracks.length, tracked + 1)
    },
  )

  await visit('types the code of an app, and is asked again in a new session', async ({ page }) => {
    await startSignIn(page, web.url)
    await logIn(page, 'bob')
    await typeCode(page, newCode())
    await waitForGreeting(page, 'Bob Baker')
    await page.getByRole('link', { name: 'Sign out everywhere' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('link', { name: 'Sign in' }).click()
    await logIn(page, 'bob')
    await page.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
  })

  await visit('is challenged at once where another application began the session', async ({ page }) => {
    await startSignIn(page, other.url)
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
    await startSignIn(page, web.url)
    await typeCode(page, newCode())
    await waitForGreeting(page, 'Bob Baker')
  })

  await visit('cancels and tries again', async ({ page }) => {
    await startSignIn(page, web.url)
    await logIn(page, 'bob')
    await cancelChallenge(page)
    await page.getByRole('heading', { name: 'You left the verification' }).waitFor()
    await page.getByRole('link', { name: 'Try again' }).click()
    await typeCode(page, newCode())
    await waitForGreeting(page, 'Bob Baker')
  })

  await visit('cancels and goes back to the application', async ({ page }, t) => {
    await startSignIn(page, web.url)
    await logIn(page, 'bob')
    await cancelChallenge(page)
    await page.getByRole('link', { name: 'Back to the application' }).click()
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
    t.equal(new URL(page.url()).origin, web.url)
    t.match(await page.locator('table').textContent(), /unmet_authentication_requirements/)
    await page.goto(web.url)
    await page.getByText('Nobody is signed in here.').waitFor()
  })

  await visit('starts in two tabs and verifies once', async ({ page, openTab }, t) => {
    await startSignIn(page, other.url)
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
    const tracked = authsignal.control.tracks.length
    const second = await openTab()
    for (const tab of [page, second]) {
      await startSignIn(tab, web.url)
      await tab.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
    }
    t.equal(authsignal.control.tracks.length, tracked + 1, 'the open step-up was offered again')
    await typeCode(second, newCode())
    await waitForGreeting(second, 'Bob Baker')
    await page.reload()
    await waitForGreeting(page, 'Bob Baker')
  })

  await visit('sends the authorization request as a form of another site', async ({ page }) => {
    await startSignIn(page, other.url)
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
    await page.goto(`${web.url}/login?via=post`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await typeCode(page, newCode())
    await waitForGreeting(page, 'Bob Baker')
  })

  await visit('signs in in a popup, which keeps the window that opened it', async ({ page }, t) => {
    await page.goto(other.url)
    const opened = page.waitForEvent('popup')
    await page.evaluate(`void window.open(${JSON.stringify(`${web.url}/login`)})`)
    const popup = await opened
    await logIn(popup, 'bob')
    await cancelChallenge(popup)
    await popup.getByRole('link', { name: 'Try again' }).click()
    await typeCode(popup, newCode())
    await waitForGreeting(popup, 'Bob Baker')
    t.equal(await popup.evaluate('window.opener !== null'), true)
  })

  t.same(secretsInLog(world), [], 'no token, code or challenge address in the log')
})

/** Values of the addresses that browsers saw and that the gateway's log must not hold. */
function secretsInLog({ log, web, authsignal }: World): string[] {
  const tokens = web.signIns.flatMap(({ tokens }) => [tokens.access_token, tokens.id_token])
  const urls = authsignal.requests.flatMap(({ path }) => [
    ...new URLSearchParams(path.split('?')[1]).values(),
  ])
  return [...tokens, ...urls].filter((value) => value !== '' && log.some((line) => line.includes(value)))
}
