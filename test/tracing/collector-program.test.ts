import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { freePorts } from '../lab/ports.ts'
import { openLabTracing } from './collector.ts'

/** OpenTelemetry's own collector: `npm run test:collector:setup` builds it, with Go. */
const program = process.env['OTEL_COLLECTOR_PATH'] ?? join(import.meta.dirname, 'collector', 'collector')
const skip = existsSync(program) ? false : 'no collector: npm run test:collector:setup'

for (const protocol of ['http/protobuf', 'http/json']) {
  t.test(`OpenTelemetry's collector reads ${protocol}`, { skip }, async (t) => {
    const [port = 0] = await freePorts(1)
    const folder = t.testdir()
    const sent = join(folder, 'spans.json')
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { file: { path: sent, flush_interval: '100ms' } },
      service: {
        telemetry: { metrics: { level: 'none' } },
        pipelines: { traces: { receivers: ['otlp'], exporters: ['file'] } },
      },
    }
    writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config))
    const collector = spawn(program, ['--config', `file:${join(folder, 'config.yaml')}`])
    const ended = once(collector, 'exit')
    t.teardown(() => collector.kill('SIGKILL'))
    let said = ''
    const ready = new Promise<void>((resolve, reject) => {
      collector.stderr.on('data', (chunk) => {
        said += chunk
        if (said.includes('is ready')) resolve()
      })
      ended.then(() => reject(new Error(said)))
    })
    await ready
    const log: string[] = []
    const tracing = await openLabTracing(
      t,
      { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
      log,
    )
    const supportId = '6e2f7a52-3f0b-4c55-9d0c-8a3d7f8f2a10'
    const request = tracing.openRequest({ supportId, method: 'GET', headers: {}, isTrusted: false })
    request.run(() => {
      tracing.note('decision', { 'step_up.verdict': 'challenge' })
      tracing.openCall('Authsignal track', {}).end({ 'http.response.status_code': 401 })
    })
    request.end('GET authorization', { 'http.response.status_code': 303 })
    await tracing.close()
    collector.kill('SIGTERM')
    await ended
    t.match(log.join(''), 'traces are sent')
    const [first = ''] = readFileSync(sent, 'utf8').split('\n')
    const [{ resource, scopeSpans }] = JSON.parse(first).resourceSpans
    t.match(JSON.stringify(resource), '"service.name","value":{"stringValue":"step-up-gateway"}')
    const [{ spans }] = scopeSpans
    const traceId = supportId.replaceAll('-', '')
    t.match(spans, [
      { traceId, name: 'Authsignal track', kind: 3, status: { code: 2 } },
      { traceId, name: 'GET authorization', kind: 2, events: [{ name: 'decision' }] },
    ])
    t.equal(spans[0].parentSpanId, spans[1].spanId)
  })
}
