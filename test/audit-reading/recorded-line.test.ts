import t from 'tap'
import { type RecordedLine, readRecordedLine } from '../../src/audit-reading/recorded-line.ts'
import { answer, decision, refused, stepUp, write } from './lines.ts'

const whole = decision({
  support_id: 'a',
  trace_id: 'b',
  ip: '192.0.2.1',
  user_agent: 'c',
  acr: 'd',
  scope: ['openid'],
  acr_values: 'e',
  prompt: 'none',
  request: 'known',
  login_age_seconds: 1,
  step_up_age_seconds: 2,
  proofs: [{ method: 'PASSKEY', age_seconds: 3 }],
  authsignal: answer('ALLOW', { rule_ids: ['rule'] }),
  step_up: 'f',
  probe_ms: 4,
  track_ms: 5,
  total_ms: 6,
})

t.test('every field of a line is read as it was written', async (t) => {
  const failed = {
    kind: 'refused',
    failure: 'wrong_key',
    operation: 'track',
    status: 401,
    error_code: 'x',
    reason: 'y',
  } as const
  const failure = decision({ authsignal: { error: failed, idempotency_key: 'k' } })
  for (const text of [
    whole,
    failure,
    stepUp({ method: 'SMS', detail: 'x' }),
    refused({ value: 'v', path: '/' }),
  ])
    t.same(readRecordedLine(text), { ...JSON.parse(text), at: Date.UTC(2026, 10, 2, 10) })
})

t.test('what stands before the JSON is left out', async (t) => {
  for (const before of ['gateway-1  | ', '2026-11-02T10:00:00.1Z stdout F '])
    t.match(readRecordedLine(`${before}${whole}`), { audit: 'decision', client_id: 'web' })
})

const unread: [name: string, text: string, why: string][] = [
  ['nothing', '', 'plain'],
  ['a plain line', '{"level":30,"msg":"listening"}', 'plain'],
  ['one that quotes an audit line', JSON.stringify({ msg: whole }), 'plain'],
  ['one with something else of that name', '{"audit":true,"schema":1}', 'plain'],
  ['one that was cut', whole.slice(0, -4), 'broken'],
  ['one that is no object', '["audit":', 'broken'],
  ['one without a brace', '"audit":5', 'broken'],
  ['a list', '[{"audit":"decision"}]', 'broken'],
  ['one without a time', '{"audit":"decision","schema":1}', 'broken'],
  ['one without a real time', '{"audit":"decision","schema":1,"time":"yesterday"}', 'broken'],
  ['one of before', '{"audit":"decision","time":"2026-01-01T00:00:00Z"}', 'older'],
  ['one of later', '{"audit":"decision","schema":2,"time":"2026-01-01T00:00:00Z"}', 'newer'],
]
for (const [name, text, why] of unread)
  t.test(`${name} is ${why}`, async (t) => t.equal(readRecordedLine(text), why))

t.test('a field of another type is absent', async (t) => {
  const wrong: Record<string, unknown> = {
    client_id: 1,
    amr: ['pwd', 1],
    scope: 'openid',
    total_ms: '5',
    proofs: [{ method: 'PASSKEY' }],
    authsignal: [],
  }
  for (const [name, value] of Object.entries(wrong)) {
    const line = readRecordedLine(JSON.stringify({ ...JSON.parse(whole), [name]: value })) as RecordedLine
    t.notOk(name in line, name)
  }
  const inner = { ...JSON.parse(whole), authsignal: { state: 1, enrolled: 'no', rule_ids: ['r'] } }
  t.same((readRecordedLine(JSON.stringify(inner)) as RecordedLine).authsignal, { rule_ids: ['r'] })
  const proofs = { ...JSON.parse(whole), proofs: [{ method: 1, age_seconds: 3 }] }
  t.same((readRecordedLine(JSON.stringify(proofs)) as RecordedLine).proofs, [{ age_seconds: 3 }])
})

t.test('what nobody knows stays, and harms nobody', async (t) => {
  const text = write({ audit: 'signed_out', channel: 'front_channel' }).replace('{', '{"__proto__":{"at":1},')
  t.match(readRecordedLine(text), { audit: 'signed_out', at: Date.UTC(2026, 10, 2, 10) })
  t.notOk('at' in {})
})
