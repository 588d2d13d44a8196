import t from 'tap'
import { createClockReadings } from '../../src/doctor/clock-readings.ts'
import { examineClocks } from '../../src/doctor/examine-clocks.ts'

const now = Date.parse('2027-01-01T00:00:00Z')
const dateAt = (seconds: number): string => new Date(now + seconds * 1000).toUTCString()

t.test('nobody has answered', async (t) => {
  const [provider, authsignal] = await examineClocks({ clocks: createClockReadings(() => now) })
  t.match(provider, { kind: 'unknown', about: /^the OP's clock: / })
  t.match(authsignal, { kind: 'unknown', about: /^Authsignal's clock: / })
})

const cases: [seconds: number, found: object][] = [
  [29, { kind: 'fine', about: "the OP's clock agrees with this machine's" }],
  [
    -95,
    { kind: 'wrong', id: 'provider_clock', about: /^the OP's clock is 9\d s behind this machine's; 30 s/ },
  ],
  [95, { kind: 'wrong', about: /^the OP's clock is 9\d s ahead of this machine's/, fix: /NTP/ }],
]
for (const [seconds, found] of cases) {
  const readings = createClockReadings(() => now)
  readings.provider.begin()({ date: dateAt(seconds) })
  t.match(readings.describe('provider'), found, `${seconds}`)
}
const readings = createClockReadings(() => now)
readings.authsignal.begin()({ date: dateAt(40) })
t.match(readings.describe('authsignal'), { kind: 'wrong', id: 'authsignal_clock' })
