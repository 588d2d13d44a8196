import t from 'tap'
import {
  notVerifiedPage,
  pageVerifiedPage,
  rememberDevicePage,
  startAgainPage,
  verifyFirstPage,
} from '../../src/pages/outcome-page.ts'
import type { NotVerifiedReason } from '../../src/records/records.ts'
import { htmlOf } from './show.ts'

const RETRY = '<li><a href="/step-up/retry/1" rel="noreferrer">Try again</a></li>\n'
const BACK = '<li><a href="/step-up/back/1" rel="noreferrer">Back to the application</a></li>\n'

const statuses: Record<NotVerifiedReason, number> = {
  cancelled: 403,
  failed: 403,
  method_not_allowed: 403,
  denied: 403,
  unavailable: 503,
}

for (const [reason, status] of Object.entries(statuses) as [NotVerifiedReason, number][]) {
  t.test(`${reason} is told as ${status}, with ways on`, async (t) => {
    const page = notVerifiedPage({
      reason,
      retryHref: '/step-up/retry/1',
      backHref: '/step-up/back/1',
      supportId: 'id-1',
    })
    t.equal(page.statusCode, status)
    t.strictSame(page.headers, status === 503 ? { 'retry-after': '5' } : undefined)
    const html = await htmlOf(page)
    t.match(html, `<ul class="actions">\n${RETRY}${BACK}</ul>`)
    t.match(html, '<code>id-1</code>')
    t.notMatch(html, /enrol|method_not_allowed/)
  })
}

t.test('a way that is not given is not shown', async (t) => {
  const page = (links: { retryHref?: string; backHref?: string }): Promise<string> =>
    htmlOf(notVerifiedPage({ reason: 'failed', supportId: 'id-1', ...links }))
  t.match(await page({ backHref: '/step-up/back/1' }), `<ul class="actions">\n${BACK}</ul>`)
  t.match(await page({ retryHref: '/step-up/retry/1' }), `<ul class="actions">\n${RETRY}</ul>`)
  t.notMatch(await page({}), '<ul')
})

t.test('verified, but to be started again', async (t) => {
  const page = startAgainPage({ supportId: 'id-1' })
  t.equal(page.statusCode, 200)
  const html = await htmlOf(page)
  t.match(html, '<h1>You are verified</h1>')
  t.match(html, '<code>id-1</code>')
})

t.test('a form that came before the verification', async (t) => {
  const page = verifyFirstPage({ challengeHref: '/step-up/challenge/1', supportId: 'id-1' })
  t.equal(page.statusCode, 403)
  const html = await htmlOf(page)
  t.match(html, 'What you sent was not done')
  t.match(html, '<a href="/step-up/challenge/1" rel="noreferrer">Continue to verification</a>')
  t.notMatch(html, 'http-equiv')
})

t.test('verified, and what was sent is to be sent again', async (t) => {
  const page = pageVerifiedPage({ backHref: '/account?a=1', supportId: 'id-1' })
  t.equal(page.statusCode, 200)
  t.match(await htmlOf(page), '<a href="/account?a=1" rel="noreferrer">Back to the page</a>')
  t.notMatch(await htmlOf(pageVerifiedPage({ supportId: 'id-1' })), '<a')
})

const hour = 60 * 60_000

t.test('two ways on, and for how long', async (t) => {
  const durations = {
    '1 hour?': hour,
    '12 hours?': 12 * hour,
    '24 hours?': 24 * hour,
    '36 hours?': 36 * hour,
  }
  const longer = { '2 days?': 48 * hour, '365 days?': 365 * 24 * hour }
  for (const [told, durationMs] of Object.entries({ ...durations, ...longer })) {
    const page = rememberDevicePage({
      rememberHref: '/step-up/remember/1',
      continueHref: '/step-up/continue/1',
      durationMs,
      supportId: 'id-1',
    })
    t.equal(page.statusCode, 200)
    const html = await htmlOf(page)
    t.match(html, `Shall this device be remembered for ${told}`)
    t.match(html, '<a href="/step-up/remember/1" rel="noreferrer">Yes, remember it</a>')
    t.match(html, '<a href="/step-up/continue/1" rel="noreferrer">No, continue</a>')
  }
})
