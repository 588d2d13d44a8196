import { createHash } from 'node:crypto'
import t from 'tap'
import { drawStatus } from '../../src/operate/status-page.ts'
import { busyStatus, longId, quietStatus } from './sample-status.ts'

t.test('one page that needs nothing beside it', async (t) => {
  const page = drawStatus(busyStatus())
  t.match(page, /^\s*<!doctype html>/)
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  t.match(
    page,
    `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  )
  t.notMatch(page, /<script|<link|<img|url\(|https?:(?!\/\/login\.example\.com<)| style="/)
  for (const words of [
    'not ready',
    '<strong>unavailable</strong>',
    'nobody listens at redis://valkey.internal:6379',
    '<strong>warning</strong>',
    'answered last at 2026-11-30 10:12:39 UTC',
    '<h3>enforce</h3>',
    '<h3>monitor</h3>',
    'would be challenged',
    '<td>challenge method not allowed</td><td class="n">12</td>',
    '<td>released to the client</td><td class="n">60</td>',
    'requests that would be refused',
    '<title>10:12 challenged: 1</title>',
    'page /account',
    'would be refused: <span class="code">unauthorized_client</span>',
    'security event: <span class="code">unreleased_grant</span>',
    'of a later version',
    '9d1c1b52-5c0b-4d55-8d0c-1a3d7f8f2a64',
    '1 client enforced, 9,999 monitored, 0 off; all other clients off',
    'PASSKEY, AUTHENTICATOR_APP',
    '<td>12 h</td>',
    'And 9,900 more',
    '3f9a1c0b77de',
    'loaded 2026-11-30 10:12:36 UTC',
  ])
    t.ok(page.includes(words), words)
  t.ok(page.length < 100_000, 'however many clients there are')
  t.ok(page.indexOf(longId) < page.indexOf('watched-0'), 'what is enforced stands first')
})

t.test('a gateway that nobody has asked yet', async (t) => {
  const page = drawStatus(quietStatus())
  for (const words of [
    'Nothing was decided',
    'None since this instance started',
    '<span class="mode">ready</span>',
  ])
    t.ok(page.includes(words), words)
  t.notMatch(page, /more: <code>/)
  const off = {
    listed: [],
    others: 0,
    otherClients: 'off' as const,
    clients: { enforce: 0, monitor: 0, off: 2 },
  }
  t.match(drawStatus({ ...quietStatus(), protections: off }), /every client and page is off/)
})

t.test('what a stranger may name is text', async (t) => {
  const page = drawStatus(busyStatus('</td><script>alert(1)</script><img src=x>&quot;\u202e'))
  t.notMatch(page, /<script|<img|\u202e/)
  t.match(page, /&lt;script/)
})
