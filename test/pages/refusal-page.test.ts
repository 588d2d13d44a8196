import t from 'tap'
import { refusalPage } from '../../src/pages/refusal-page.ts'
import type { RefusalCode } from '../../src/refusal.ts'
import { statuses } from '../http/statuses.ts'
import { htmlOf } from './show.ts'

for (const [code, status] of Object.entries(statuses) as [RefusalCode, number][]) {
  t.test(`${code} is told as ${status}, in words for people`, async (t) => {
    const page = refusalPage(code, 'id-1')
    t.equal(page.statusCode, status)
    t.strictSame(page.headers, status === 503 ? { 'retry-after': '5' } : undefined)
    const html = await htmlOf(page)
    t.match(html, 'Support id: <code>id-1</code>')
    const words = html.slice(html.indexOf('<h1>'), html.indexOf('<footer>'))
    t.match(words, /^<h1>[A-Z].*<\/h1>\n<p>.*<\/p>/)
    t.notMatch(
      words,
      /[a-z]_[a-z]|upstream|proxy|gateway|store|provider|redirect|enrol|authsignal|parameter/i,
    )
  })
}

t.test('the support id is escaped', async (t) => {
  t.notMatch(await htmlOf(refusalPage('internal', '<b>')), '<b>')
})
