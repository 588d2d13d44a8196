import { createHash } from 'node:crypto'
import t from 'tap'
import { drawReport } from '../../src/report/report-page.ts'
import { answer, decision, refused, stepUp, write } from '../audit-reading/lines.ts'
import { reportOf, times } from './report-of.ts'

const lines = [
  decision({
    prompt: 'none',
    authsignal: answer('ALLOW', { rule_ids: ['rule'] }),
    total_ms: 5,
    probe_ms: 2,
    track_ms: 2,
  }),
  decision({ verdict: 'deny', reason: 'blocked', time: '2026-11-02T23:59:59Z' }),
  stepUp({ method: 'PASSKEY' }),
  ...times(50, (n) => refused({ value: `value-${n}`, key: 'clients.web.grants' })),
  decision({ client_id: undefined, page: '/account', mode: 'monitor', policy_at: undefined }),
  refused({ client_id: 'never', mode: 'monitor', audit: 'would_refuse' }),
  write({ audit: 'device', client_id: 'silent', remembered: true }),
  write({ audit: 'security', event: 'unreleased_grant' }),
]

t.test('one page that needs nothing beside it', async (t) => {
  const page = drawReport(reportOf(lines, { broken: 1 }))
  t.match(page, /^\s*<!doctype html>/)
  const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  t.match(
    page,
    `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
  )
  t.notMatch(page, /<script|<link|<img|url\(|https?:| style="/)
  for (const words of [
    '57 audit lines',
    'skipped 1 broken line',
    'page /account',
    '<span class="code">clients.web.grants</span>',
    '<title>23:00 blocked by a rule: 1</title>',
    '<td class="n">10</td><td>others</td>',
    'Would be refused',
    'Security events',
    'requests by hour of the day',
  ])
    t.ok(page.includes(words), words)
})

t.test('a day without anything to do', async (t) => {
  const page = drawReport(reportOf([decision()]))
  t.notMatch(page, /What to do or to know|Security events/)
})

t.test('what stands in a log is text', async (t) => {
  const hostile = '</td><script>alert(1)</script>`<img src=x>`&quot;\u202e'
  const page = drawReport(
    reportOf([
      decision({
        client_id: hostile,
        policy_at: hostile,
        mode: hostile as never,
        verdict: hostile as never,
        authsignal: answer('ALLOW', { rule_ids: [hostile] }),
      }),
      stepUp({ client_id: hostile, method: hostile }),
      refused({ client_id: hostile, value: hostile, detail: hostile, key: hostile }),
      write({ audit: 'security', event: hostile as never }),
    ]),
  )
  t.notMatch(page, /<script|<img|\u202e/)
  t.match(page, /&lt;script>|&lt;script&gt;/)
})
