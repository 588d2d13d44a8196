import t from 'tap'
import { createKeyReadings } from '../../src/provider/key-readings.ts'
import { Refusal } from '../../src/refusal.ts'

t.test('warns while the latest reading failed', async (t) => {
  const readings = createKeyReadings()
  t.same(readings.warnings, [])
  readings.failed(new Refusal('upstream_unreachable', 'ECONNREFUSED'))
  t.same(readings.warnings, [
    "The OP's keys can not be read, and no ID token can be checked without them: upstream_unreachable: ECONNREFUSED.",
  ])
  readings.read()
  t.same(readings.warnings, [])
})
