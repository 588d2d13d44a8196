import t from 'tap'
import { passkeyRemovalPage } from '../../src/pages/passkey-removal-page.ts'
import { passkeysPage } from '../../src/pages/passkeys-page.ts'
import { readPolicy, show } from './show.ts'

const options: Parameters<typeof passkeysPage>[0] = {
  passkeys: [
    { id: 'a"b', name: 'Key <one>', createdAt: Date.UTC(2026, 2, 4), lastUsedAt: Date.UTC(2026, 10, 21) },
    { id: '2', name: 'Two', createdAt: Date.UTC(2026, 2, 5) },
  ],
  canRemove: true,
  removeHref: '/step-up/passkeys/remove',
  tenantId: 'tenant-1',
  baseUrl: 'https://login.example.com/step-up',
  username: 'alice',
  displayName: 'Alice "A"',
  scripts: ['/step-up/assets/authsignal.js', '/step-up/assets/passkey-page.js'],
  scriptSource: 'https://login.example.com/step-up/assets/',
  connectSource: 'https://login.example.com/step-up/client/',
  supportId: 'id-1',
}

t.test('the list, with a button for each', async (t) => {
  const { statusCode, body } = await show(passkeysPage(options))
  t.equal(statusCode, 200)
  t.match(body, '<h1>Passkeys</h1>')
  t.match(
    body,
    'Key &lt;one&gt;</strong><small>Added on March 4, 2026</small><small>Last used on November 21, 2026<',
  )
  t.match(body, '<a href="/step-up/passkeys/remove?id=a%22b" aria-label="Remove Key &lt;one&gt;">Remove</a>')
  t.equal(body.split('>Remove</a>').length, 3)
  t.notMatch(body, '<form', 'nothing is removed without a question')
  t.notMatch(body, /Back to the application|You have no passkey/)
})

t.test('a question that leads back to the application keeps where that is', async (t) => {
  const { body } = await show(
    passkeysPage({ ...options, removeHref: '/step-up/passkeys/remove?return_to=a' }),
  )
  t.match(body, '<a href="/step-up/passkeys/remove?return_to=a&amp;id=2"')
})

t.test('what tells passkeys apart', async (t) => {
  const at = Date.UTC(2026, 2, 4, 9, 30)
  const named = { id: '1', name: 'Windows Hello', addedWith: 'Edge on Windows', createdAt: at }
  const passkeys = [
    named,
    { ...named, id: '2', createdAt: at + 3_600_000 },
    { ...named, id: '3', createdAt: at + 24 * 3_600_000 },
    { ...named, id: '4', addedWith: undefined },
  ]
  const { body } = await show(passkeysPage({ ...options, passkeys }))
  t.strictSame(
    [...body.matchAll(/<small>(Added.*?)<\/small>/g)].map(([, text]) => text),
    [
      'Added on March 4, 2026 at 9:30 AM UTC with Edge on Windows',
      'Added on March 4, 2026 at 10:30 AM UTC with Edge on Windows',
      'Added on March 5, 2026 with Edge on Windows',
      'Added on March 4, 2026',
    ],
    'the time of day where nothing else does',
  )
})

t.test('the question before a removal works without script', async (t) => {
  const page = passkeyRemovalPage({
    passkey: { id: 'a"b', name: 'Key <one>', createdAt: Date.UTC(2026, 2, 4) },
    removeHref: '/step-up/passkeys/remove',
    keepHref: '/step-up/passkeys',
    supportId: 's',
  })
  const response = await show(page)
  const { body } = response
  t.match(body, '<h1>Remove this passkey?</h1>')
  t.match(body, 'remove Key &lt;one&gt;')
  t.match(body, 'Added on March 4, 2026')
  t.match(body, '<form class="actions" action="/step-up/passkeys/remove" method="post">')
  t.match(body, '<input type="hidden" name="id" value="a&quot;b">')
  t.match(body, '<a href="/step-up/passkeys">Keep it</a>')
  t.notMatch(body, '<script')
  t.match(readPolicy(response), { 'form-action': "'self'", 'script-src': undefined })
  t.equal(response.headers['referrer-policy'], 'strict-origin', 'the form has an Origin')
})

t.test('nothing can be removed, or there is nothing', async (t) => {
  const kept = await show(passkeysPage({ ...options, canRemove: false }))
  t.notMatch(kept.body, /<form|Remove/)
  t.match(kept.body, 'Two</strong>')
  const none = await show(passkeysPage({ ...options, passkeys: [] }))
  t.match(none.body, 'You have no passkey yet.')
  t.notMatch(none.body, /<form|<strong/)
})

t.test('what has just happened, and the way back', async (t) => {
  const notices = {
    added: 'was added',
    removed: 'was removed',
    not_removed: 'could not be removed',
    last_one: 'last way to verify',
  } as const
  for (const [notice, told] of Object.entries(notices) as [keyof typeof notices, string][]) {
    const { body } = await show(passkeysPage({ ...options, notice }))
    t.match(body.split('<p class="notice">')[1], told)
  }
  const { body } = await show(passkeysPage({ ...options, returnHref: 'https://app.example.com/a' }))
  t.match(body, '<a href="https://app.example.com/a" rel="noreferrer">Back to the application</a>')
  const unsafe = await show(passkeysPage({ ...options, returnHref: 'javascript:alert(1)' }))
  t.notMatch(unsafe.body, /javascript:|Back to/)
})

t.test('what the script needs', async (t) => {
  const { body } = await show(passkeysPage(options), { language: 'de' })
  t.match(body, /<button type="button"\s+data-tenant-id="tenant-1"\s+data-base-url="https:\/\/login.example/)
  t.match(body, /data-username="alice"\s+data-display-name="Alice &quot;A&quot;"/)
  for (const name of ['adding', 'added', 'cancelled', 'unsupported', 'exists', 'session', 'failed']) {
    t.match(body, new RegExp(`data-message-${name}="[A-Z][^"]+\\."`), name)
  }
  t.match(body, 'role="status" aria-live="polite"></p>', 'there from the start, empty')
  t.match(body, /<noscript><p class="notice">Um einen Passkey/)
  t.match(
    body,
    '<script src="/step-up/assets/authsignal.js"></script>\n<script src="/step-up/assets/passkey-page.js"></script>',
  )
})

t.test('the scripts come from one folder and send to another; the form stays here', async (t) => {
  const response = await show(passkeysPage(options))
  t.strictSame(
    { ...readPolicy(response), 'style-src': '' },
    {
      'default-src': "'none'",
      'style-src': '',
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'script-src': 'https://login.example.com/step-up/assets/',
      'connect-src': 'https://login.example.com/step-up/client/',
    },
  )
  t.equal(response.headers['referrer-policy'], 'strict-origin')
})
