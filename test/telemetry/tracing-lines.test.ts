import t from 'tap'
import { createLog } from '../../src/telemetry/log.ts'
import { logTracing } from '../../src/telemetry/tracing-lines.ts'

t.test('one line when it begins to fail, and one when it works', async (t) => {
  const lines: Record<string, unknown>[] = []
  const watch = logTracing(
    createLog({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } }),
  )
  watch.impossible('OTEL_TRACES_EXPORTER is odd')
  watch.sent()
  watch.sent()
  const error = Object.assign(new Error('Bad Gateway'), { code: 502, data: 'what the collector said' })
  watch.failed(error)
  watch.failed(error)
  watch.warned('Dropped 7 spans because maxQueueSize reached')
  watch.warned('Dropped 12 spans because maxQueueSize reached')
  watch.sent()
  watch.warned('Dropped 3 spans because maxQueueSize reached')
  watch.failed(new Error('Request timed out'))
  watch.sent()
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4318'), { code: 'ECONNREFUSED' })
  watch.failed(refused)
  watch.sent()
  watch.failed(undefined)
  t.match(lines, [
    { level: 40, msg: 'no traces are sent', reason: 'OTEL_TRACES_EXPORTER is odd' },
    { level: 30, msg: 'traces are sent' },
    { level: 40, msg: 'traces can not be sent', reason: '502 Bad Gateway' },
    { level: 40, msg: 'OpenTelemetry warns', detail: /7 spans/ },
    { msg: 'traces are sent' },
    { msg: 'OpenTelemetry warns', detail: /3 spans/ },
    { msg: 'traces can not be sent', reason: 'Request timed out' },
    { msg: 'traces are sent' },
    { msg: 'traces can not be sent', reason: /^connect ECONNREFUSED 127.0.0.1:4318$/ },
    { msg: 'traces are sent' },
    { msg: 'traces can not be sent', reason: 'no reason was given' },
  ])
  t.equal(lines.length, 11)
  t.notMatch(JSON.stringify(lines), 'what the collector said')
})
