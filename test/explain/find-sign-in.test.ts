import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openLogs } from '../../src/audit-reading/open-logs.ts'
import { findSignIn } from '../../src/explain/find-sign-in.ts'
import { answer, decision, refused, released, stepUp, write } from '../audit-reading/lines.ts'

const at = (second: number) => ({ time: new Date(Date.UTC(2026, 10, 2, 10, 0, second)).toISOString() })
const key = (name: string) => ({ ...answer('CHALLENGE_REQUIRED'), idempotency_key: name })
const challenge = { verdict: 'challenge', reason: 'challenge_required' } as const

/** The messages of the lines that are found, by which the tests tell them apart. */
async function find(t: Test, lines: readonly string[], id: string): Promise<string[]> {
  const folder = t.testdir({ log: lines.join('\n') })
  const found = await findSignIn(() => openLogs([join(folder, 'log')]), id)
  return found.map((line) => (line as unknown as { msg: string }).msg)
}

const earlier = [
  decision({ ...at(0), support_id: 'e-1', msg: 'earlier' }),
  released({ ...at(1), support_id: 'e-1', msg: 'earlier release' }),
]
const signIn = [
  decision({
    ...challenge,
    ...at(10),
    support_id: 's-1',
    step_up: 'up-1',
    authsignal: key('k-1'),
    msg: 'challenge',
  }),
  stepUp({ ...at(20), support_id: 's-2', step_up: 'up-1', idempotency_key: 'k-1', msg: 'passed' }),
  decision({ ...at(30), reason: 'pass', support_id: 's-3', msg: 'pass' }),
  released({ ...at(31), support_id: 's-3', msg: 'release' }),
]
const later = [
  decision({ ...at(40), support_id: 'l-1', msg: 'later' }),
  released({ ...at(41), support_id: 'l-1', msg: 'later release' }),
]
const elsewhere = [
  decision({ ...at(11), support_id: 'o-1', client_id: 'other', msg: 'other client' }),
  decision({ ...at(12), support_id: 'o-2', session: 'session-of-bob', subject: 'bob', msg: 'other user' }),
  decision({ ...at(3600), support_id: 'o-3', msg: 'much later' }),
  'a plain line with s-1 in it',
]
const all = ['challenge', 'passed', 'pass', 'release']

t.test('all lines of a sign-in, from any of its requests', async (t) => {
  const lines = [...later, ...elsewhere, ...signIn, ...earlier]
  for (const id of ['s-1', 's-2', 's-3']) t.same(await find(t, lines, id), all, id)
  t.same(await find(t, lines, 'l-1'), ['later', 'later release'])
  t.same(await find(t, lines, 'e-1'), ['earlier', 'earlier release'])
  t.same(await find(t, lines, 'nowhere'), [])
})

t.test('by its trace', async (t) => {
  const trace = decision({ trace_id: 'trace-1', support_id: 'x', msg: 'traced' })
  const end = released({ support_id: 'x', msg: 'traced release' })
  t.same(await find(t, [...signIn, trace, end, ...later], 'trace-1'), ['traced', 'traced release'])
})

t.test('without a session, by the step-up alone', async (t) => {
  const lines = signIn.map((line) => JSON.stringify({ ...JSON.parse(line), session: undefined }))
  t.same(await find(t, [...lines, ...elsewhere], 's-2'), ['challenge', 'passed'])
})

t.test('a refused request, which names nobody', async (t) => {
  const lines = [
    refused({ ...at(5), support_id: 'r-1', msg: 'refused' }),
    write({
      ...at(5),
      support_id: 'r-1',
      audit: 'security',
      event: 'unlisted_redirect_uri',
      msg: 'security',
    }),
  ]
  t.same(await find(t, [...lines, ...signIn], 'r-1'), ['refused', 'security'])
})

t.test('each view of a page, and each denied sign-in, ends there', async (t) => {
  const page = { client_id: undefined, page: '/account' }
  const views = [1, 2, 3].map((n) => decision({ ...page, ...at(n), support_id: `v-${n}`, msg: `view ${n}` }))
  t.same(await find(t, views, 'v-2'), ['view 2'])
  const denials = [1, 2, 3].map((n) =>
    decision({ ...at(n), verdict: 'deny', reason: 'prompt_none', support_id: `d-${n}`, msg: `denied ${n}` }),
  )
  t.same(await find(t, denials, 'd-2'), ['denied 2'])
})

t.test('a session that never ends is not followed for ever', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, n) =>
    decision({ ...challenge, ...at(n), support_id: `c-${n}`, msg: `challenge ${n}` }),
  )
  const found = await find(t, lines, 'c-0')
  t.ok(found.length > 1 && found.length <= 1000)
})
