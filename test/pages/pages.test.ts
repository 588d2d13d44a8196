import { createHash } from 'node:crypto'
import { fastify } from 'fastify'
import t from 'tap'
import type { MessagePage } from '../../src/pages/page.ts'
import { createPages } from '../../src/pages/pages.ts'
import { allPages } from './all-pages.ts'
import { htmlOf, readPolicy, show } from './show.ts'

const HOSTILE = `"><script>alert(1)</script>&'=`
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;='
const page: MessagePage = {
  template: 'message',
  statusCode: 200,
  title: 'notFoundTitle',
  paragraphs: ['notFoundText', 'tellOperator'],
  supportId: 'id-1',
}

t.test('a page has its status, its headers and those of every page', async (t) => {
  const response = await show({
    ...page,
    statusCode: 503,
    headers: { 'retry-after': '5', 'cache-control': 'public', vary: '*' },
  })
  t.equal(response.statusCode, 503)
  const hash = createHash('sha256')
    .update(response.body.split(/<\/?style>/)[1] ?? '')
    .digest('base64')
  t.match(response.headers, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    'cross-origin-opener-policy': 'same-origin',
    'content-language': 'en',
    vary: 'accept-language',
    'retry-after': '5',
    'set-cookie': 'a=b',
  })
})

t.test('a page may have directives and headers of its own', async (t) => {
  const response = await show({
    ...page,
    policy: { 'form-action': "'self'", 'script-src': "'self'" },
    headers: { 'referrer-policy': 'strict-origin' },
  })
  t.match(readPolicy(response), {
    'default-src': "'none'",
    'form-action': "'self'",
    'script-src': "'self'",
    'base-uri': "'none'",
  })
  t.equal(response.headers['referrer-policy'], 'strict-origin')
  t.equal(response.headers['x-content-type-options'], 'nosniff')
})

t.test('the client asks for a language, else the browser', async (t) => {
  const languages = async (uiLocales: string, language?: string) =>
    (await show({ ...page, uiLocales }, language === undefined ? {} : { language })).headers[
      'content-language'
    ]
  t.equal(await languages('de'), 'de')
  t.equal(await languages('de', 'en'), 'de')
  t.equal(await languages('fr', 'de'), 'de')
})

t.test('a page has language, title, one heading and one main landmark', async (t) => {
  const html = await htmlOf({ ...page, links: [{ href: '/back', label: 'tryAgain' }] })
  t.match(html, /^<!doctype html>\n<html lang="en" dir="ltr">/)
  t.match(html, '<meta name="viewport" content="width=device-width, initial-scale=1">')
  t.match(html, '<title>There is nothing here</title>')
  t.equal(html.split('<h1>').length, 2)
  t.equal(html.split('<main>').length, 2)
  t.match(html, /<p>If you want[^<]*<\/p>\n<p>Please tell[^<]*<\/p>/)
  t.match(html, /<ul class="actions">\n<li><a href="\/back" rel="noreferrer">Try again<\/a><\/li>\n<\/ul>/)
  t.match(html, 'Support id: <code>id-1</code>')
})

t.test('what is not given leaves no empty element', async (t) => {
  const html = await htmlOf({ ...page, links: [] })
  for (const absent of ['<ul', '<header', 'http-equiv', '<a ', '<script', 'undefined', '\\n', '<img']) {
    t.notMatch(html, absent)
  }
})

t.test('every value is escaped', async (t) => {
  const html = await htmlOf(
    {
      ...page,
      paragraphs: [{ key: 'passkeyRemoveNamed', values: { name: { word: HOSTILE } } }],
      links: [{ href: `/x?${HOSTILE}`, label: 'tryAgain' }],
      supportId: HOSTILE,
      refreshTo: `https://mfa.example.com/?${HOSTILE}`,
    },
    { name: HOSTILE },
  )
  t.notMatch(html, '<script')
  t.match(html, `<p>Remove ${ESCAPED}</p>`)
  t.match(html, ` – ${ESCAPED}</title>`)
  t.match(html, `<span>${ESCAPED}</span>`)
  t.match(html, `<a href="/x?${ESCAPED}" rel="noreferrer">Try again</a>`)
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
  const app = fastify()
  t.teardown(() => app.close())
  const pages = createPages({})
  app.get<{ Querystring: { href: string } }>('/', (request, reply) => {
    const { href } = request.query
    return pages.send(request as never, reply, {
      ...page,
      links: [{ href, label: 'tryAgain' }],
      refreshTo: href,
    })
  })
  for (const [href, isRendered] of cases) {
    const { body } = await app.inject({ url: '/', query: { href } })
    t.equal(body.includes('<a '), isRendered, JSON.stringify(href))
    t.equal(body.includes('http-equiv="refresh"'), isRendered, JSON.stringify(href))
  }
})

t.test('no page between an application and its answer cuts a popup from its opener', async (t) => {
  const apart = /^(?:passkeys|verify-first|page-verified)/
  for (const [name, page] of allPages) {
    const policy = apart.test(name) ? 'same-origin' : 'unsafe-none'
    t.equal((await show(page)).headers['cross-origin-opener-policy'], policy, name)
  }
})
