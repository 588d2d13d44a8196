import { createHash } from 'node:crypto'
import fastify from 'fastify'
import t from 'tap'
import { renderPage } from '../../src/pages/layout.ts'
import { sendPage } from '../../src/pages/send-page.ts'

t.test('a page has its status, its headers and those of every page', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const html = renderPage({ title: 'Title', paragraphs: ['ü'] })
  app.get('/', (_request, reply) =>
    sendPage(reply.header('set-cookie', 'a=b'), {
      statusCode: 503,
      html,
      headers: { 'retry-after': '5', 'cache-control': 'public' },
    }),
  )
  const response = await app.inject('/')

  t.equal(response.statusCode, 503)
  t.equal(response.body, html)
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
    'retry-after': '5',
    'set-cookie': 'a=b',
  })
})

t.test('a page may have a policy of its own', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  app.get('/', (_request, reply) =>
    sendPage(reply, { statusCode: 200, html: '', headers: { 'content-security-policy': 'sandbox' } }),
  )
  const { headers } = await app.inject('/')

  t.equal(headers['content-security-policy'], 'sandbox')
  t.equal(headers['x-content-type-options'], 'nosniff')
})
