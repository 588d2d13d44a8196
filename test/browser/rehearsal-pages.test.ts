import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import t from 'tap'
import { startWithSdk, web } from '../stand-in/start-with-sdk.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'
import { isTooWide } from './person.ts'

/** With SCREENSHOTS=folder every page is kept there. */
const folder = process.env['SCREENSHOTS']

t.test('the pages of a rehearsal: readable by all, on a phone', { skip }, async (t) => {
  const lab = await startWithSdk({ rules: [] })
  const browser = await launchChromium()
  t.teardown(() => Promise.all([browser.close(), lab.close()]))
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const { control, hostedUrl, sdk } = lab
  control.setAction('signIn', 'CHALLENGE', { verificationMethods: ['AUTHENTICATOR_APP', 'EMAIL_OTP'] })
  const attributes = {
    ...web,
    username: 'alice.of-a-long-name@example.com',
    custom: { client_id: 'web', amr: 'pwd' },
  }
  const track = async (userId: string) => (await sdk.track({ userId, action: 'signIn', attributes })).url
  const enrol = await track('alice')
  control.enrol('bob', { method: 'EMAIL_OTP', email: 'bob@example.com' })
  const challenge = await track('bob')
  const visitor = await welcomeVisitor(browser, { viewport: { width: 320, height: 640 } })
  t.teardown(visitor.leave)
  const pages = {
    enrol,
    challenge,
    mails: `${hostedUrl}/mails`,
    codes: `${hostedUrl}/codes`,
    decisions: hostedUrl,
  }
  for (const [name, url] of Object.entries(pages)) {
    await visitor.page.goto(url)
    t.match(await visitor.page.locator('body').textContent(), /A rehearsal\..*protects nothing/)
    for (const colorScheme of ['light', 'dark'] as const) {
      await visitor.page.emulateMedia({ colorScheme })
      t.notOk(await isTooWide(visitor.page), `${name} needs no scrolling sideways`)
      await visitor.page.evaluate(axe.source)
      const faults = await visitor.page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
      )
      t.same(faults, [], `${name}, ${colorScheme}: axe has nothing to complain about`)
      if (folder !== undefined)
        await visitor.page.screenshot({
          path: join(folder, `rehearsal-${name}-${colorScheme}.png`),
          fullPage: true,
        })
    }
  }
  t.same(visitor.complaints, [], "the browser's console has no complaints")
})
