import type { Effort } from '../effort.ts'
import { type Line, median } from '../line.ts'
import { ask, type Processes } from '../processes.ts'
import type { Bed } from '../speed/bed.ts'
import { works } from '../speed/work.ts'

const tried = ['GET 2 kB asset', 'authorize, not protected']

/** What traces of every request cost: off, no part of the SDK is loaded. */
export async function measureTracing(processes: Processes, bed: Bed, effort: Effort): Promise<Line[]> {
  const { port } = await ask<{ port: number }>(processes.fork('tracing/collector.js'), {})
  const off = await bed.startGateway('untraced')
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_TRACES_SAMPLER: 'always_on' }
  const on = await bed.startGateway('traced', { env })
  const lines: Line[] = []
  for (const work of works.filter(({ name }) => tried.includes(name))) {
    const [offs, ons]: [number[], number[]] = [[], []]
    for (const proxy of [off, on]) await bed.send(proxy, work, effort.warmUp)
    for (let round = 0; round < effort.rounds / 2; round++) {
      offs.push((await bed.send(off, work, effort.milliseconds)).cpu)
      ons.push((await bed.send(on, work, effort.milliseconds)).cpu)
    }
    lines.push(
      { work: work.name, what: 'tracing off, CPU µs', value: median(offs) },
      { work: work.name, what: 'tracing on, CPU µs', value: median(ons) },
      { work: work.name, what: 'tracing on ÷ off, CPU', value: median(ons) / median(offs) },
    )
  }
  return lines
}
