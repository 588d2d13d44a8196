import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { drawReport } from '../../src/report/report-page.ts'
import { answer, decision, refused, stepUp } from '../audit-reading/lines.ts'
import { reportOf, times } from '../report/report-of.ts'
import { launchChromium, skip, welcomeVisitor } from './chromium.ts'

const long = 'a-client-with-a-name-that-nobody-would-choose-who-has-to-read-it-on-a-phone'
const lines = [
  ...times(24, (hour) =>
    decision({
      time: new Date(Date.UTC(2026, 10, 2, hour)).toISOString(),
      authsignal: answer('ALLOW', { rule_ids: ['rule'] }),
      total_ms: 5,
    }),
  ),
  decision({ verdict: 'challenge', reason: 'challenge_required', client_id: long, mode: 'monitor' }),
  stepUp({ method: 'PASSKEY' }),
  refused({
    client_id: long,
    mode: 'monitor',
    key: `clients.${long}.redirectUris`,
    value: `https://${long}.example/callback`,
  }),
]

t.test('the page of a report, on a desk and on a phone', { skip }, async (t) => {
  const folder = t.testdir({})
  writeFileSync(join(folder, 'report.html'), drawReport(reportOf(lines)))
  const browser = await launchChromium()
  t.teardown(() => browser.close())
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const visitor = await welcomeVisitor(browser, {
        viewport: { width, height: 900 },
        colorScheme,
        offline: true,
        javaScriptEnabled: true,
      })
      const { page, complaints } = visitor
      await page.goto(pathToFileURL(join(folder, 'report.html')).href)
      t.ok(await page.getByRole('heading', { name: 'Step-up report' }).isVisible())
      t.same(complaints, [], 'keeps to its own security policy')
      const widths = 'document.documentElement.scrollWidth <= innerWidth'
      t.ok(await page.evaluate(widths), `fits into ${width} pixels`)
      const fill = (name: string) =>
        page.evaluate(`getComputedStyle(document.querySelector('.hours .${name}')).fill`)
      t.notMatch(await fill('released'), /^rgb\(0, 0, 0\)$/, 'the style is applied')
      await visitor.leave()
    }
  }
})
