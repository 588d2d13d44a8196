import t from 'tap'
import type { RefusalCode } from '../../src/edge/refusal.ts'
import { refusalPage } from '../../src/pages/refusal-page.ts'
import { statuses } from '../edge/statuses.ts'

for (const [code, status] of Object.entries(statuses) as [RefusalCode, number][]) {
  t.test(`${code} is told as ${status}, in words for people`, async (t) => {
    const page = refusalPage(code, 'id-1')
    t.equal(page.statusCode, status)
    t.strictSame(page.headers, status === 503 ? { 'retry-after': '5' } : undefined)
    t.match(page.html, 'Support id: <code>id-1</code>')
    const words = page.html.slice(page.html.indexOf('<h1>'), page.html.indexOf('<footer>'))
    t.match(words, /^<h1>[A-Z].*<\/h1>\n<p>.*<\/p>/)
    t.notMatch(
      words,
      /[a-z]_[a-z]|upstream|proxy|gateway|store|provider|redirect|enrol|authsignal|parameter/i,
    )
  })
}

t.test('the support id is escaped', async (t) => {
  t.notMatch(refusalPage('internal', '<b>').html, '<b>')
})
