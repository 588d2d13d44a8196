import t from 'tap'
import { createClocks } from '../../src/telemetry/clocks.ts'
import { createLog } from '../../src/telemetry/log.ts'

const now = Date.parse('2026-11-29T12:00:00.500Z')

/** An answer of Authsignal or of the OP by a clock that is so many seconds ahead. */
function open() {
  const lines: Record<string, unknown>[] = []
  const log = createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  const clocks = createClocks(log, () => now)
  const answer = (name: 'authsignal' | 'provider', ahead: number) =>
    clocks[name].begin()({ date: new Date(now + ahead * 1000).toUTCString() })
  return { clocks, lines, answer }
}

t.test('a clock that differs is told once, and once more when it agrees', async (t) => {
  const { clocks, lines, answer } = open()
  for (const ahead of [0, 30, -30]) answer('authsignal', ahead)
  t.same([lines, clocks.warnings], [[], []])
  for (const ahead of [-31, -95, -30, -29]) answer('authsignal', ahead)
  t.match(lines, [{ level: 40, clock: 'authsignal', ahead_seconds: -31 }])
  t.match(
    lines[0]?.['detail'],
    /^Authsignal's clock is 31 s behind this machine's: passed challenges fail\. .*NTP/,
  )
  t.equal(lines.length, 1)
  t.match(clocks.warnings, [/^Authsignal's clock is 29 s behind/], 'the latest')
  t.same([...clocks.aheadMs.keys()], ['authsignal'])
  answer('authsignal', -28)
  t.match(lines[1], { level: 30, clock: 'authsignal', ahead_seconds: -28, msg: /agrees/ })
  t.same(clocks.warnings, [])
  answer('authsignal', 3600)
  t.match(lines[2], { level: 40, ahead_seconds: 3600, detail: /3600 s ahead of this machine's/ })
})

t.test('each clock for itself', async (t) => {
  const { clocks, lines, answer } = open()
  answer('provider', 60)
  answer('authsignal', -60)
  answer('authsignal', 0)
  t.match(lines[0], {
    clock: 'provider',
    ahead_seconds: 60,
    detail: /^the OP's clock is 60 s ahead of .*ID tokens/,
  })
  t.match(clocks.warnings, [/^the OP's clock/])
  t.equal(lines.length, 3)
})
