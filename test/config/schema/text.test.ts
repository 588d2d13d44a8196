import t from 'tap'
import { parseDuration } from '../../../src/config/schema/text.ts'

const durations: [text: string, milliseconds: number][] = [
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['10m', 600_000],
  ['12h', 43_200_000],
]
for (const [text, milliseconds] of durations) t.equal(parseDuration(text), milliseconds, text)
for (const text of ['', '5', 's', '1d', '1 s', '-1s', '1.5s', '1h30m', '1S', '1s\n', '1234567890s'])
  t.throws(() => parseDuration(text), RangeError, JSON.stringify(text))
