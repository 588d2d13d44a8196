import axe from 'axe-core'
import t from 'tap'
import { drawStatus } from '../../src/operate/status-page.ts'
import { busyStatus, quietStatus } from '../operate/sample-status.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'

t.test('the status page, on a desk and on a phone', { skip }, async (t) => {
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  const pages = { quiet: drawStatus(quietStatus()), busy: drawStatus(busyStatus()) }
  for (const [name, html] of Object.entries(pages)) {
    for (const width of [1280, 390]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const what = `${name}, ${width}, ${colorScheme}`
        const visitor = await welcomeVisitor(browser, { viewport: { width, height: 900 }, colorScheme })
        const { page, complaints } = visitor
        await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: html }))
        await page.goto('http://localhost/')
        t.ok(await page.getByRole('heading', { name: 'What is protected' }).isVisible(), what)
        t.same(complaints, [], 'keeps to its own security policy')
        const widths = 'document.documentElement.scrollWidth <= innerWidth'
        t.ok(await page.evaluate(widths), `${what}: fits`)
        const { SCREENSHOTS: folder } = process.env
        if (folder)
          await page.screenshot({
            path: `${folder}/status-${what.replaceAll(', ', '-')}.png`,
            fullPage: true,
          })
        await page.evaluate(axe.source)
        const faults = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))',
        )
        t.same(faults, [], `${what}: axe has nothing to complain about`)
        await visitor.leave()
      }
    }
  }
})
