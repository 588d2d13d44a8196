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
