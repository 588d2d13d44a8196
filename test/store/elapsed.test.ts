import t from 'tap'
import { createElapsed } from '../../src/store/elapsed.ts'

const table: [name: string, times: number[], elapsed: number[]][] = [
  ['forward', [1000, 1010, 1010, 1500], [0, 10, 10, 500]],
  ['set back, it goes on from there', [1000, 1100, 100, 150], [0, 100, 100, 150]],
  ['set forward and back again, it has not stopped', [1000, 9_001_000, 1000, 1100], [0, 9e6, 9e6, 9_000_100]],
]
for (const [name, times, elapsed] of table) {
  t.test(`a clock that goes ${name}`, async (t) => {
    let at = times[0] ?? 0
    const read = createElapsed(() => at)
    const seen = times.map((time) => {
      at = time
      return read()
    })
    t.same(seen, elapsed)
  })
}
