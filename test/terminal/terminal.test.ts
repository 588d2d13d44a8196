import t from 'tap'
import { alignColumns } from '../../src/terminal/columns.ts'
import { toSafeJson } from '../../src/terminal/safe-json.ts'
import { count, duration, number, percent } from '../../src/terminal/wording.ts'

t.same(alignColumns([]), [])
t.same(
  alignColumns(
    [
      ['a', { right: '1' }, 'x'],
      ['long', { right: '100' }],
    ],
    '  ',
  ),
  ['  a       1  x', '  long  100'],
)
t.same([number(1234), count(1, 'line'), count(1000, 'line')], ['1,234', '1 line', '1,000 lines'])
t.same([0, 0.001, 0.244, 1].map(percent), ['0 %', '<1 %', '24 %', '100 %'])
t.same([0, 940, 1200, 12_000, 119_000, 600_000, 43_200_000, 2_592_000_000].map(duration), [
  '0 ms',
  '940 ms',
  '1.2 s',
  '12 s',
  '119 s',
  '10 min',
  '12 h',
  '30 d',
])

const hostile = { name: '\u001b[2J\u009b€\u202e' }
t.match(toSafeJson(hostile), /^[\n -~]+$/)
t.same(JSON.parse(toSafeJson(hostile)), hostile)
