import t from 'tap'
import { describeHealth, ok, type Parts, warnOf } from '../../src/listeners/health.ts'
import { describeParts, type Seen } from '../../src/listeners/parts.ts'

const quiet: Seen = {
  provider: { ready: true },
  outage: undefined,
  process: {
    authsignalCalls: { now: () => 0, answered() {}, failed() {}, warnings: [], answeredAt: undefined },
    clocks: { authsignal: neverAsked(), provider: neverAsked(), warnings: [], aheadMs: new Map() },
    keyReadings: { read() {}, failed() {}, warnings: [] },
    reloads: {
      latest: undefined,
      counts: { applied: 0, refused: 0 },
      warnings: [],
      applied() {},
      refused() {},
    },
  },
  front: [],
  configuration: { version: 'abcdef012345', since: Date.UTC(2026, 10, 30), keysForRestart: [] },
}

function neverAsked() {
  return { begin: () => () => undefined }
}

const calm: Parts = describeParts(quiet)

t.test('all is well', async (t) => {
  const configuration = { status: 'ok', version: 'abcdef012345', since: '2026-11-30T00:00:00.000Z' }
  t.same(calm, {
    provider: ok,
    keys: ok,
    store: ok,
    authsignal: ok,
    clocks: ok,
    front: ok,
    configuration,
  })
  t.same(describeHealth(calm, false), { status: 'ok', parts: calm })
})

t.test('each part says what is wrong with it', async (t) => {
  const { process } = quiet
  const reason = 'it closed the connection'
  const table: [change: Partial<Seen>, part: keyof Parts, expected: object, isReady: boolean][] = [
    [
      { provider: { ready: false, reason: 'the metadata is not read yet' } },
      'provider',
      { status: 'unavailable', details: ['the metadata is not read yet'] },
      false,
    ],
    [
      { outage: { reason, hasAnswered: false } },
      'store',
      { status: 'unavailable', details: [`the store: ${reason}`] },
      false,
    ],
    [
      { outage: { reason, hasAnswered: true } },
      'store',
      {
        status: 'warning',
        details: [`The store can not be used, and protected clients get 503: ${reason}.`],
      },
      true,
    ],
    [
      { process: { ...process, keyReadings: { ...process.keyReadings, warnings: ['a'] } } },
      'keys',
      { status: 'warning', details: ['a'] },
      true,
    ],
    [
      { process: { ...process, clocks: { ...process.clocks, warnings: ['a', 'b'] } } },
      'clocks',
      { status: 'warning', details: ['a', 'b'] },
      true,
    ],
    [
      { process: { ...process, authsignalCalls: { ...process.authsignalCalls, answeredAt: 0 } } },
      'authsignal',
      { status: 'ok', answered_at: '1970-01-01T00:00:00.000Z' },
      true,
    ],
    [{ front: ['a'] }, 'front', { status: 'warning', details: ['a'] }, true],
    [
      {
        process: { ...process, reloads: { ...process.reloads, warnings: ['a'] } },
        configuration: { ...quiet.configuration, keysForRestart: ['listen'] },
      },
      'configuration',
      {
        ...calm.configuration,
        status: 'warning',
        details: ['a', 'A restart is needed for what was changed in listen.'],
      },
      true,
    ],
  ]
  for (const [change, part, expected, isReady] of table) {
    const parts = describeParts({ ...quiet, ...change })
    t.same(parts[part], expected, part)
    const { status, reason, warnings } = describeHealth(parts, false)
    t.equal(status, isReady ? 'ok' : 'unavailable', part)
    const { status: how, details = [] } = parts[part]
    t.same(reason, how === 'unavailable' ? details.join('; ') : undefined)
    t.same(warnings, how === 'warning' ? details : undefined)
  }
})

t.test('two reasons, and an end that goes before both', async (t) => {
  const down = (why: string) => ({ status: 'unavailable', details: [why] }) as const
  const parts = { ...calm, provider: down('a'), store: down('b'), clocks: warnOf(['c']) }
  t.match(describeHealth(parts, false), { reason: 'a; b', warnings: ['c'] })
  t.match(describeHealth({ ...calm, clocks: { status: 'warning' } }, false), { warnings: undefined })
  t.match(describeHealth(parts, true), { status: 'unavailable', reason: 'this gateway is shutting down' })
})
