import t from 'tap'
import { notVerifiedPage, startAgainPage } from '../../src/pages/outcome-page.ts'
import type { NotVerifiedReason } from '../../src/step-up/records.ts'

const RETRY = '<a href="/step-up/retry/1" rel="noreferrer">Try again</a>'
const BACK = '<a href="/step-up/back/1" rel="noreferrer">Back to the application</a>'

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
    t.match(page.html, `<ul><li>${RETRY}</li><li>${BACK}</li></ul>`)
    t.match(page.html, '<code>id-1</code>')
    t.notMatch(page.html, /enrol|method_not_allowed/)
  })
}

t.test('a way that is not given is not shown', async (t) => {
  const page = (links: { retryHref?: string; backHref?: string }): string =>
    notVerifiedPage({ reason: 'failed', supportId: 'id-1', ...links }).html
  t.match(page({ backHref: '/step-up/back/1' }), `<ul><li>${BACK}</li></ul>`)
  t.match(page({ retryHref: '/step-up/retry/1' }), `<ul><li>${RETRY}</li></ul>`)
  t.notMatch(page({}), '<ul>')
})

t.test('verified, but to be started again', async (t) => {
  const page = startAgainPage({ supportId: 'id-1' })
  t.equal(page.statusCode, 200)
  t.match(page.html, '<h1>You are verified</h1>')
  t.match(page.html, '<code>id-1</code>')
})
