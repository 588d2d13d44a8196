import t from 'tap'
import { createRecent, sumCounts } from '../../src/operate/recent.ts'

/** What this process has seen, and what writes it. */
function open() {
  let at = Date.UTC(2026, 10, 30, 10, 0, 30)
  const recent = createRecent(() => at)
  const advance = (ms: number) => {
    at += ms
  }
  const refuse = (
    clientId: string,
    reason: 'used' | 'expired' = 'used',
    mode: 'enforce' | 'monitor' = 'enforce',
  ) =>
    recent.note({
      audit: mode === 'enforce' ? 'refused' : 'would_refuse',
      client_id: clientId,
      mode,
      leg: 'return',
      policy_at: undefined,
      key: undefined,
      verdict: 'refuse',
      reason,
      error: reason,
    })
  return { recent, advance, refuse }
}

const common = { client_id: 'web', leg: 'request', policy_at: undefined, key: undefined } as const
const decided = { ...common, audit: 'decision', action: 'sign-in', amr: [], proofs: [] } as const

t.test('what happened is counted by minute and mode, for an hour', async (t) => {
  const { recent, advance, refuse } = open()
  recent.note({ ...decided, mode: 'enforce', verdict: 'release', reason: 'proof' })
  recent.note({ ...decided, mode: 'monitor', verdict: 'challenge', reason: 'challenge_required' })
  recent.note({ ...decided, mode: 'off', verdict: 'release', reason: 'proof' })
  const step = {
    ...common,
    audit: 'step_up',
    action: 'a',
    step_up: 's',
    idempotency_key: 'i',
    challenge_seconds: 1,
  } as const
  recent.note({ ...step, mode: 'enforce', verdict: 'not_passed', reason: 'cancelled' })
  recent.note({ ...common, audit: 'released', mode: 'enforce', verdict: 'release', reason: 'pass' })
  recent.note({ audit: 'signed_out', channel: 'back_channel' })
  refuse('web')
  refuse('web', 'used', 'monitor')
  t.equal(recent.currentMinuteAt, Date.UTC(2026, 10, 30, 10, 0))
  const sum = {
    outcomes: { released: 1, challenged: 0 },
    ends: { cancelled: 1, passed: 0 },
    released: 1,
    refused: 1,
  }
  t.match(recent.readMinutes('enforce').at(-1), sum)
  t.match(recent.readMinutes('monitor').at(-1), { outcomes: { released: 0, challenged: 1 }, refused: 1 })
  advance(59 * 60_000)
  t.match(recent.readMinutes('enforce')[0], sum)
  t.equal(recent.readMinutes('enforce').length, 60)
  t.match(sumCounts(recent.readMinutes('enforce')), sum)
  advance(60_000)
  t.match(sumCounts(recent.readMinutes('enforce')), { outcomes: { released: 0 }, released: 0 })
  refuse('web')
  t.match(sumCounts(recent.readMinutes('enforce')), { refused: 1, released: 0 }, 'its place is used again')
})

t.test('of refusals that are alike the latest is kept, and of all of them fifty', async (t) => {
  const { recent, advance, refuse } = open()
  refuse('web')
  advance(1000)
  refuse('web2', 'expired')
  advance(1000)
  refuse('web')
  t.match(recent.refusals, [
    {
      clientId: 'web',
      reason: 'used',
      times: 2,
      leg: 'return',
      mode: 'enforce',
      at: Date.UTC(2026, 10, 30, 10, 0, 32),
    },
    { clientId: 'web2', reason: 'expired', times: 1 },
  ])
  for (let n = 0; n < 60; n++) refuse(`client-${n}`)
  t.equal(recent.refusals.length, 50)
  t.match(recent.refusals[0], { clientId: 'client-59' })
  refuse('x'.repeat(100_000))
  t.ok(String(recent.refusals[0]?.clientId).length < 200)
})

t.test('which lines tell of a refusal', async (t) => {
  const { recent } = open()
  recent.note({ ...decided, mode: 'enforce', verdict: 'release', reason: 'proof' })
  recent.note({ ...decided, mode: 'enforce', verdict: 'deny', reason: 'blocked', error: 'access_denied' })
  recent.note({
    ...common,
    audit: 'unknown_user',
    mode: 'monitor',
    verdict: 'forward',
    reason: 'login_required',
  })
  recent.note({
    ...common,
    audit: 'unknown_user',
    mode: 'enforce',
    verdict: 'deny',
    reason: 'login_required',
  })
  recent.note({ audit: 'security', event: 'unreleased_grant', client_id: 'web' })
  recent.note({ audit: 'device', page: '/account', remembered: true })
  t.match(recent.refusals, [
    { audit: 'security', reason: 'unreleased_grant' },
    { audit: 'unknown_user', reason: 'login_required' },
    { audit: 'decision', reason: 'blocked' },
  ])
  t.equal(recent.refusals.length, 3)
})

t.test('no subject is kept', async (t) => {
  const { recent } = open()
  recent.note({ audit: 'security', event: 'unreleased_grant', subject: 'user-alice', signed_in: 'user-bob' })
  t.notMatch(JSON.stringify(recent.refusals), /alice|bob/)
})
