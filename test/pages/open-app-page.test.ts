import t from 'tap'
import { openAppPage } from '../../src/pages/open-app-page.ts'
import { htmlOf, readPolicy, show } from './show.ts'

const supportId = 'id-1'

t.test('the browser leads to the application by itself, and by a link', async (t) => {
  const href = 'com.example.app:/cb?code=x&state="<1>'
  const page = openAppPage({ href, supportId })
  if (!page) throw new Error('no page')
  const html = await htmlOf(page)
  const escaped = 'com.example.app:/cb?code=x&amp;state=&quot;&lt;1&gt;'
  t.match(html, `<meta http-equiv="refresh" content="0;url=${escaped}">`)
  t.match(html, `<a href="${escaped}" rel="noreferrer">Open the application</a>`)
  const shown = await show(page)
  t.match(shown.headers, {
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'unsafe-none',
  })
  t.match(readPolicy(shown), { 'default-src': "'none'", 'frame-ancestors': "'none'" })
  t.notMatch(html, '<script')
})

t.test('it is for nothing that a browser itself reads, runs or shows', async (t) => {
  for (const href of [
    'https://app.example.com/cb?code=x',
    'http://127.0.0.1:51004/cb',
    'HTTPS:app.example.com',
    '/step-up/challenge/1',
    '//app.example.com/cb',
    '',
    'javascript:alert(1)',
    'JavaScript://app.example.com/%0aalert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://app.example.com/x',
    'file:///etc/passwd',
    'view-source:https://app.example.com/',
    'about:blank',
    'com.example.app:/cb?x=\u00e9',
    'com.example.app:\\\\cb',
    'com.example.app://user@cb',
  ]) {
    t.equal(openAppPage({ href, supportId }), undefined, href)
  }
})
