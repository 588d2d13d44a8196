import t from 'tap'
import { describeOutcome } from '../../../src/legs/return/outcome-pages.ts'
import type { Case } from '../../../src/records/records.ts'
import { htmlOf } from '../../pages/show.ts'
import { makeConfig } from '../../upstream/config.ts'

const user = { subject: 'alice', epochs: [], amr: [], compare: {} }
const it: Case = { clientId: 'web', policyIds: ['web'], uiLocales: 'de', user }
const context = { supportId: 'id-1', hrefTo: (way: string) => `/step-up/${way}/1` }
const { defaults: policy } = makeConfig({})

t.test(
  'the pages speak the language that the client asked for, as far as the step-up is known',
  async (t) => {
    for (const kind of ['start_again', 'page_verified', 'offer_device'] as const) {
      t.match(
        await htmlOf(describeOutcome({ kind }, { ...context, case: it, policy })),
        '<html lang="de"',
        kind,
      )
      t.match(await htmlOf(describeOutcome({ kind }, context)), '<html lang="en"', kind)
    }
  },
)

t.test('both ways on from the offer stay where its step-up is over', async (t) => {
  const html = await htmlOf(describeOutcome({ kind: 'offer_device' }, context))
  for (const way of ['remember', 'continue']) t.match(html, `href="/step-up/${way}/1"`)
  const known = { ...context, case: it, policy: { ...policy, rememberDevice: 48 * 3_600_000 } }
  t.match(await htmlOf(describeOutcome({ kind: 'offer_device' }, known)), /2 Tage/)
})

t.test('only an application is a way back', async (t) => {
  const failed = { kind: 'not_verified', reason: 'cancelled' } as const
  const back = 'href="/step-up/back/1"'
  t.match(await htmlOf(describeOutcome(failed, { ...context, case: it, policy })), back)
  t.notMatch(
    await htmlOf(describeOutcome(failed, { ...context, case: { ...it, page: '/account' }, policy })),
    back,
  )
})

t.test('where users start anew', async (t) => {
  const table: [more: object, href: string | undefined][] = [
    [
      { redirectUris: ['https://app.example.com/cb', 'https://app.example.com/cb2'] },
      'https://app.example.com',
    ],
    [{ redirectUris: ['https://app.example.com/cb', 'https://other.example.com/cb'] }, undefined],
    [{ redirectUris: ['com.example.app:/cb'] }, undefined],
    [{ redirectUris: ['http://127.0.0.1/cb'] }, undefined],
    [{ redirectUris: [] }, undefined],
    [
      { redirectUris: ['com.example.app:/cb'], startUri: 'https://example.com/start' },
      'https://example.com/start',
    ],
  ]
  for (const [more, href] of table) {
    const known = { ...context, case: it, policy: { ...policy, ...more } }
    const [, link] =
      /href="(https[^"]*)"/.exec(await htmlOf(describeOutcome({ kind: 'start_again' }, known))) ?? []
    t.equal(link, href)
  }
})
