import type { Page, Request } from 'playwright-core'
import t, { type Test } from 'tap'
import { stepUpForPasskeyPage, stepUpForWebWithoutMfa } from '../lab/authsignal/rules.ts'
import { SCRIPTED_POLICY } from '../lab/op-interactions.ts'
import { makePasskeySignIn } from '../lab/op-passkeys.ts'
import { startWorld } from '../lab/world.ts'
import { plugInAuthenticator } from './authenticator.ts'
import { launchChromium, skip, type Visitor, welcomeVisitor } from './chromium.ts'
import { logIn, startSignIn, typeCode, waitForGreeting } from './person.ts'

t.test('the scripts of passkeys, where not all goes well', { skip }, async (t) => {
  const { passkeys, key } = makePasskeySignIn()
  let aheadMs = 0
  const world = await startWorld({
    hostedUrl: 'http://authsignal.localhost:0',
    rules: [stepUpForWebWithoutMfa, stepUpForPasskeyPage],
    op: { passkeyIssuer: { key, now: () => Date.now() + aheadMs }, contentSecurityPolicy: SCRIPTED_POLICY },
    config: { passkeys },
  })
  const browser = await launchChromium()
  t.teardown(async () => {
    await browser.close()
    await world.close()
  })
  const { authsignal, publicUrl, other } = world
  const advance = (ms: number) => {
    aheadMs += ms
    world.clock.advance(ms)
  }
  const visit = (name: string, walk: (visitor: Visitor, t: Test) => Promise<void>) =>
    t.test(name, async (t) => {
      const visitor = await welcomeVisitor(browser)
      t.teardown(visitor.leave)
      await walk(visitor, t)
      const complaints = visitor.complaints.filter(
        (text) => !text.startsWith('Failed to load resource: net::'),
      )
      t.same(complaints, [], "the browser's console has no complaints")
    })
  /** What the scripts ask the gateway, as the last part of the path. */
  const watchCalls = (page: Page) => {
    const calls: string[] = []
    page.on('request', (request: Request) => {
      const { pathname } = new URL(request.url())
      if (pathname.includes('/client/')) calls.push(pathname.split('/').at(-1) ?? '')
    })
    return calls
  }
  const openPasskeys = async (page: Page, username: string) => {
    await startSignIn(page, other.url)
    await logIn(page, username)
    await waitForGreeting(page, '')
    await page.goto(`${publicUrl}/step-up/passkeys`)
    await typeCode(page, authsignal.control.newCodeFor(`user-${username}`))
    await page.getByRole('heading', { name: 'Passkeys', exact: true }).waitFor()
  }
  const add = (page: Page) => page.getByRole('button', { name: 'Add a passkey' })
  /** What the page says, once it says anything but that it is at it. */
  const readOutcome = async (page: Page) => {
    const said = page.getByRole('status').filter({ hasText: /\S/ })
    await page.locator('button[data-base-url][aria-disabled="false"]').waitFor()
    return said.textContent()
  }
  const messageOf = (page: Page, name: string) =>
    page.locator('button[data-base-url]').getAttribute(`data-message-${name}`)

  await visit('the login page stays as it was', async ({ page }, t) => {
    await startSignIn(page, other.url)
    const name = page.getByLabel('Username')
    await name.waitFor()
    t.equal(await page.locator('script').count(), 0, 'the elements are gone')
    t.equal(
      await name.evaluate('document.getElementById("username").nextElementSibling.tagName'),
      'LABEL',
      'the field has its own neighbours again',
    )
    t.equal(await page.evaluate('typeof window.authsignal'), 'object')
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
  })

  await visit('a password counts where the gateway does not answer', async ({ page }, t) => {
    await page.route('**/client/**', (route) => route.abort())
    const asked = page.waitForRequest('**/client/challenge')
    await startSignIn(page, other.url)
    await asked
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
    t.pass()
  })

  await visit('a page of another origin than the gateway asks nothing', async ({ page }, t) => {
    const calls = watchCalls(page)
    await startSignIn(page, other.url)
    await waitUntil(() => calls.length === 2)
    await page.route('**/interaction/*', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace(
        /data-base-url="[^"]+"/,
        'data-base-url="https://other.example/x"',
      )
      await route.fulfill({ response: answer, body })
    })
    await page.reload()
    await logIn(page, 'bob')
    await waitForGreeting(page, 'Bob Baker')
    t.equal(calls.length, 2, 'none but those of the page before')
  })

  await visit('a browser without passkeys has a button that says so', async ({ page }, t) => {
    await page.addInitScript('delete window.PublicKeyCredential')
    const calls = watchCalls(page)
    await openPasskeys(page, 'bob')
    const message = await messageOf(page, 'unsupported')
    await add(page).click()
    t.equal(await readOutcome(page), message)
    t.same(calls, [], 'nobody was asked, on the login page neither')
  })

  await visit('who adds a passkey is told what happened', async ({ page }, t) => {
    const authenticator = await plugInAuthenticator(page)
    const calls = watchCalls(page)
    await openPasskeys(page, 'bob')

    let goOn = () => {}
    const isHeld = new Promise<void>((resolve) => {
      goOn = resolve
    })
    await page.route('**/registration-options', async (route) => {
      await isHeld
      await route.continue()
    })
    const adding = await messageOf(page, 'adding')
    calls.length = 0
    await add(page).focus()
    await page.keyboard.press('Enter')
    await page
      .getByRole('status')
      .filter({ hasText: adding ?? '' })
      .waitFor()
    t.equal(await add(page).getAttribute('aria-disabled'), 'true')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Space')
    t.equal(
      await page.evaluate('document.activeElement.dataset.baseUrl'),
      `${publicUrl}/step-up`,
      'the focus stays',
    )
    goOn()
    await page.waitForURL(/\?notice=added$/)
    t.same(calls, ['registration-options', 'passkey'], 'once, however often it is pressed')
    t.equal(await authenticator.countPasskeys(), 1)

    const exists = await messageOf(page, 'exists')
    await add(page).click()
    t.equal(await readOutcome(page), exists, 'this device has one')

    await page.route('**/client/**', (route) => route.abort())
    const failed = await messageOf(page, 'failed')
    await add(page).click()
    t.equal(await readOutcome(page), failed)
    await page.unroute('**/client/**')

    advance(11 * 60_000)
    const session = await messageOf(page, 'session')
    await add(page).click()
    t.equal(await readOutcome(page), session, 'the proof is too old')
  })

  await visit('a person who closes the dialog may try again', async ({ page }, t) => {
    const authenticator = await plugInAuthenticator(page)
    await openPasskeys(page, 'dave')
    await authenticator.verify(false)
    const cancelled = await messageOf(page, 'cancelled')
    await add(page).click()
    t.equal(await readOutcome(page), cancelled)
    await authenticator.verify(true)
    await add(page).click()
    await page.waitForURL(/\?notice=added$/)
  })

  await visit('a login page that stays open goes on to offer passkeys', async ({ page }, t) => {
    await page.clock.install()
    const authenticator = await plugInAuthenticator(page)
    await openPasskeys(page, 'alice')
    await add(page).click()
    await page.waitForURL(/\?notice=added$/)
    await page.context().clearCookies()

    await authenticator.answer(false)
    const calls = watchCalls(page)
    await page.goto(other.url)
    await page.getByRole('link', { name: 'Sign in' }).click()
    const offer = ['challenge', 'authentication-options']
    await waitUntil(() => calls.length === 2)
    t.same(calls, offer)
    for (let round = 2; round <= 4; round++) {
      advance(8 * 60_000)
      await page.clock.fastForward(8 * 60_000)
      await waitUntil(() => calls.length === 2 * round)
      t.same(calls.slice(-2), offer, `a new one, ${round}`)
    }
    await page.clock.fastForward(60_000)
    t.equal(calls.length, 8, 'and not before it is due')
    await authenticator.answer(true)
    await page.clock.fastForward(7 * 60_000)
    await waitForGreeting(page, 'Alice Archer')
    t.same(calls.slice(8), [...offer, 'passkey'])
  })
})

/** Waits for what no page shows. */
async function waitUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}
