import t from 'tap'
import { watchClock } from '../../src/http/clock-watch.ts'

const date = 'Sun, 29 Nov 2026 12:00:00 GMT'
const at = Date.parse(date)

t.test('half of the round trip and half of a second count', async (t) => {
  const table: [title: string, sent: number, received: number, ahead: number][] = [
    ['the same time', 400, 600, 0],
    ['a slow answer', -4500, 5500, 0],
    ['ahead', -60_500, -58_500, 60_000],
    ['behind', 90_000, 91_000, -90_000],
  ]
  for (const [title, sent, received, ahead] of table) {
    const times = [at + sent, at + received]
    const seen: number[] = []
    const watch = watchClock(
      () => times.shift() ?? 0,
      (ms) => seen.push(ms),
    )
    watch.begin()({ date })
    t.same(seen, [ahead], title)
  }
})

t.test('what says nothing', async (t) => {
  const watch = watchClock(
    () => at,
    () => t.fail('something was seen'),
  )
  for (const headers of [
    {},
    { date: undefined },
    { date: '' },
    { date: 'yesterday' },
    { date: '2026-11-29T12:00:00Z' },
    { date: 'Sun, 99 Nov 2026 12:00:00 GMT' },
    { date: [date, date] },
    { date, age: '0' },
  ])
    watch.begin()(headers)
})
