import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openTracing } from '../../src/tracing/open-tracing.ts'
import type { TracingWatch } from '../../src/tracing/tracing-watch.ts'
import { startCollector } from './collector.ts'

/** Writes down what it sees. */
function watchTracing(): TracingWatch & { readonly seen: unknown[][] } {
  const seen: unknown[][] = []
  return {
    seen,
    impossible: (fault) => seen.push(['impossible', fault]),
    warned: (text) => seen.push(['warned', text]),
    failed: (error) => seen.push(['failed', error]),
    sent: () => seen.push(['sent']),
  }
}

t.test('nobody asked, or for what is not possible', async (t) => {
  const watch = watchTracing()
  t.equal(await openTracing({}, watch), undefined)
  t.strictSame(watch.seen, [])
  t.equal(await openTracing({ OTEL_TRACES_EXPORTER: 'jaeger' }, watch), undefined)
  t.match(watch.seen, [['impossible', /jaeger/]])
})

t.test('asked for', async (t) => {
  const collector = await startCollector(t)
  const watch = watchTracing()
  const tracing = await openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, watch)
  t.ok(tracing)
  await tracing?.close()
  t.strictSame(watch.seen, [])
})

// The metrics' library loads the API, which does nothing by itself.
t.test('the libraries are loaded only where traces are asked for', async (t) => {
  const program = `
    import { openTracing } from ${JSON.stringify(join(import.meta.dirname, '../../src/tracing/open-tracing.ts'))}
    import '${join(import.meta.dirname, '../../src/commands/start.ts')}'
    import { createRequire } from 'node:module'
    const { cache } = createRequire(import.meta.url)
    const count = () => Object.keys(cache).filter((file) => /@opentelemetry[^a-z]+(?!api[^a-z])/.test(file)).length
    await openTracing({}, {})
    const off = count()
    const tracing = await openTracing({ OTEL_TRACES_EXPORTER: 'otlp' }, {})
    console.log(off, count() > 0)
    await tracing.close()
  `
  const strip = join(import.meta.dirname, '..', 'strip-types.mjs')
  const args = [`--import=${strip}`, '--input-type=module', '--eval', program]
  t.equal(`${execFileSync(process.execPath, args)}`.trim(), '0 true')
})
