import t from 'tap'
import { renderPage } from '../../src/pages/layout.ts'

const HOSTILE = `"><script>alert(1)</script>&'=`
const ESCAPED = '&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#39;&#61;'
const text = { title: 'Title', paragraphs: ['First.', 'Second.'] }

t.test('a page has language, title, one heading and one main landmark', async (t) => {
  const html = renderPage({ ...text, links: [{ href: '/back', label: 'Back' }], supportId: 'id-1' })
  t.match(html, /^<!doctype html>\n<html lang="en">/)
  t.match(html, '<meta name="viewport" content="width=device-width, initial-scale=1">')
  t.match(html, '<title>Title</title>')
  t.equal(html.split('<h1>').length, 2)
  t.equal(html.split('<main>').length, 2)
  t.match(html, '<p>First.</p><p>Second.</p>')
  t.match(html, '<ul><li><a href="/back" rel="noreferrer">Back</a></li></ul>')
  t.match(html, 'Support id: <code>id-1</code>')
})

t.test('what is not given leaves no empty element', async (t) => {
  const html = renderPage({ ...text, links: [] })
  for (const absent of ['<ul>', '<footer>', 'http-equiv', '<a ', '<script', 'undefined', '\\n']) {
    t.notMatch(html, absent)
  }
})

t.test('every value is escaped', async (t) => {
  const html = renderPage({
    title: HOSTILE,
    paragraphs: [HOSTILE],
    links: [{ href: `/x?${HOSTILE}`, label: HOSTILE }],
    supportId: HOSTILE,
    refreshTo: `https://mfa.example.com/?${HOSTILE}`,
  })
  t.notMatch(html, '<script')
  t.match(html, `<title>${ESCAPED}</title>`)
  t.match(html, `<h1>${ESCAPED}</h1>`)
  t.match(html, `<p>${ESCAPED}</p>`)
  t.match(html, `<a href="/x?${ESCAPED}" rel="noreferrer">${ESCAPED}</a>`)
  t.match(html, `<code>${ESCAPED}</code>`)
  t.match(html, `content="0;url=https://mfa.example.com/?${ESCAPED}">`)
})

t.test('links and refreshes lead to http(s) or to this origin, or are not there', async (t) => {
  const cases: [href: string, isRendered: boolean][] = [
    ['https://app.example.com/x?a#b', true],
    ['HTTPS://app.example.com', true],
    ['http://localhost:4403/', true],
    ['/step-up/retry/1', true],
    ['/', true],
    ['', false],
    ['javascript:alert(1)', false],
    ['JavaScript:alert(1)', false],
    [' javascript:alert(1)', false],
    ['java\nscript:alert(1)', false],
    ['\u0001javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['vbscript:x', false],
    ['blob:https://x/y', false],
    ['//evil.test', false],
    ['/\\evil.test', false],
    ['/\t/evil.test', false],
    ['\t//evil.test', false],
    ['\\\\evil.test', false],
    ['https:evil.test', false],
    ['https:\\\\evil.test', false],
    ['https://app.example.com/\n', false],
    ['/ü', false],
    ['relative', false],
    ['mailto:x@example.com', false],
  ]
  for (const [href, isRendered] of cases) {
    const html = renderPage({ ...text, links: [{ href, label: 'Go' }], refreshTo: href })
    t.equal(html.includes('<a '), isRendered, JSON.stringify(href))
    t.equal(html.includes('http-equiv="refresh"'), isRendered, JSON.stringify(href))
  }
})
