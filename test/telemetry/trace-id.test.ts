import t from 'tap'
import { readTraceId } from '../../src/telemetry/trace-id.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'

t.test('a valid traceparent names its trace', async (t) => {
  for (const header of [
    `00-${traceId}-${parentId}-01`,
    `00-${traceId}-${parentId}-00`,
    `01-${traceId}-${parentId}-01`,
    `cc-${traceId}-${parentId}-01-what-the-future-will-be`,
  ])
    t.equal(readTraceId(header), traceId, header)
})

t.test('any other names none', async (t) => {
  for (const header of [
    undefined,
    '',
    'nonsense',
    `00-${traceId}-${parentId}`,
    `00-${traceId}-${parentId}-01-more`,
    `00-${traceId.toUpperCase()}-${parentId}-01`,
    `00-${'0'.repeat(32)}-${parentId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `ff-${traceId}-${parentId}-01`,
    `00-${traceId}0-${parentId}-01`,
    `00-${traceId}-${parentId}-01, 00-${traceId}-${parentId}-01`,
    [`00-${traceId}-${parentId}-01`, `00-${traceId}-${parentId}-01`],
    `\n00-${traceId}-${parentId}-01`,
  ])
    t.equal(readTraceId(header), undefined, String(header))
})
