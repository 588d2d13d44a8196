import t from 'tap'
import { Durations } from '../../src/report/durations.ts'

t.equal(new Durations().read(), undefined)

const durations = new Durations()
for (let ms = 1; ms <= 1000; ms++) durations.add(ms)
for (const nothing of [undefined, Number.NaN, -1]) durations.add(nothing)
const { count, half, most } = durations.read() ?? { count: 0, half: 0, most: 0 }
t.equal(count, 1000)
t.ok(Math.abs(half / 500 - 1) < 0.1, `half within ${half} of 500`)
t.ok(Math.abs(most / 950 - 1) < 0.1, `95 of 100 within ${most} of 950`)

const extremes = new Durations()
extremes.add(0)
extremes.add(Number.MAX_SAFE_INTEGER)
t.match(extremes.read(), { count: 2, half: 1 })
