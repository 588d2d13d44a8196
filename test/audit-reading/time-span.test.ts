import t from 'tap'
import { describeSpan, TimeSpan } from '../../src/audit-reading/time-span.ts'

const span = new TimeSpan()
for (const day of [3, 2, 5]) span.add(Date.UTC(2026, 10, day))
t.same(span.read(), { from: '2026-11-02T00:00:00.000Z', until: '2026-11-05T00:00:00.000Z' })
t.equal(describeSpan(span.read()), 'from 2026-11-02 00:00 to 2026-11-05 00:00 UTC')
