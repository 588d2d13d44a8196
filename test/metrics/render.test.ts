import { Gauge } from 'prom-client'
import t from 'tap'
import { createRegistry, openInstruments } from '../../src/metrics/instruments.ts'
import { chooseFormat, type Format, renderMetrics } from '../../src/metrics/render.ts'
import { runRequest } from '../../src/telemetry/request-context.ts'

const supportId = '11111111-2222-3333-4444-555555555555'
const trace = '# {trace_id="11111111222233334444555555555555"}'

/** The lines about one metric. */
async function linesOf(registry: ReturnType<typeof createRegistry>, format: Format, name: string) {
  let all = ''
  for await (const part of renderMetrics(registry, format)) all += part
  return all.split('\n').filter((line) => line.includes(name))
}

t.test('OpenMetrics is for those who ask for it', async (t) => {
  t.equal(chooseFormat(), 'text')
  t.equal(chooseFormat('text/plain;version=0.0.4;q=0.5,*/*;q=0.1'), 'text')
  t.equal(chooseFormat('application/openmetrics-text;version=1.0.0,text/plain;q=0.5'), 'openmetrics')
})

t.test('a counter, with what leads to its request', async (t) => {
  const registry = createRegistry()
  const { count } = openInstruments(registry)
  const labels = { client_id: 'a "b" \\ c', leg: 'token', reason: undefined }
  const series = 'step_up_gateway_refused_total{client_id="a \\"b\\" \\\\ c",leg="token"}'
  count('step_up_gateway_refused_total', labels, 0)
  t.same(await linesOf(registry, 'openmetrics', 'refused_total'), [`${series} 0`], 'it is known')
  runRequest({ supportId, now: () => 0 }, () => count('step_up_gateway_refused_total', labels))
  count('step_up_gateway_refused_total', labels)
  const [help = '', type, ...samples] = await linesOf(registry, 'text', 'step_up_gateway_refused')
  t.match(help, /^# HELP step_up_gateway_refused_total Requests/)
  t.same([type, ...samples], ['# TYPE step_up_gateway_refused_total counter', `${series} 2`])
  const open = await linesOf(registry, 'openmetrics', 'step_up_gateway_refused')
  t.equal(open[1], '# TYPE step_up_gateway_refused counter')
  t.ok(open[2]?.startsWith(`${series} 2 ${trace} 1 `), 'the latest that had a request')
  t.same((await linesOf(registry, 'text', 'refused_total')).at(-1), `${series} 2`, 'and it keeps its name')
})

t.test('a histogram, with what leads to its request', async (t) => {
  const registry = createRegistry()
  const { observe } = openInstruments(registry)
  observe('step_up_gateway_probe_duration_seconds', {}, 0.2)
  runRequest({ supportId, now: () => 0 }, () => observe('step_up_gateway_probe_duration_seconds', {}, 0.03))
  observe('step_up_gateway_upstream_duration_seconds', { asker: 'client' }, 0.2)
  const probe = await linesOf(registry, 'openmetrics', 'probe_duration_seconds_')
  t.ok(probe.some((line) => line.includes(`_bucket{le="0.05"} 1 ${trace} 0.03 `)))
  t.ok(probe.includes('step_up_gateway_probe_duration_seconds_count 2'))
  const upstream = await linesOf(registry, 'text', 'upstream_duration_seconds_')
  t.ok(upstream.includes('step_up_gateway_upstream_duration_seconds_bucket{le="0.25",asker="client"} 1'))
  t.ok(upstream.includes('step_up_gateway_upstream_duration_seconds_bucket{le="+Inf",asker="client"} 1'))
})

t.test('numbers that are none, and the end', async (t) => {
  const registry = createRegistry()
  const gauge = new Gauge({ name: 'odd', help: 'two\nlines', labelNames: ['of'], registers: [registry] })
  for (const [of, value] of [
    ['a', Number.NaN],
    ['b', Number.POSITIVE_INFINITY],
    ['c', Number.NEGATIVE_INFINITY],
  ] as const)
    gauge.set({ of }, value)
  t.same(await linesOf(registry, 'openmetrics', ''), [
    '# HELP odd two\\nlines',
    '# TYPE odd gauge',
    'odd{of="a"} NaN',
    'odd{of="b"} +Inf',
    'odd{of="c"} -Inf',
    '# EOF',
    '',
  ])
})

t.test('others have their turn while ten thousand clients are written', async (t) => {
  const registry = createRegistry()
  const { count } = openInstruments(registry)
  for (let at = 0; at < 10_000; at++)
    count('step_up_gateway_released_total', { client_id: `client-${at}`, mode: 'enforce' })
  let turns = 0
  const turn = () => {
    turns += 1
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  const lines = await linesOf(registry, 'text', 'released_total{')
  clearImmediate(next)
  t.equal(lines.length, 10_000)
  t.ok(turns >= 10, `${turns} times`)
})
