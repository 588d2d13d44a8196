import t from 'tap'
import { openLabTracing, startCollector } from './collector.ts'

t.test('what the environment says reaches the collector', async (t) => {
  const collector = await startCollector(t)
  const tracing = await openLabTracing(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/below`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_SERVICE_NAME: 'login',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  })
  tracing.openCall('one', {}).end({})
  await tracing.close()
  t.match(collector.resource(), { 'service.name': 'login', 'deployment.environment.name': 'test' })
  t.match(collector.headers, [{ 'x-tenant': 'a b' }])
  t.match(collector.spans(), [{ name: 'one', kind: 3 }])
})

t.test('in the binary form by default', async (t) => {
  const collector = await startCollector(t)
  const log: string[] = []
  const tracing = await openLabTracing(t, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url }, log)
  const { headers, end } = tracing.openCall('a call', {})
  end({})
  await tracing.close()
  const [, traceId = ''] = headers?.['traceparent']?.split('-') ?? []
  t.match(collector.headers, [{ 'content-type': 'application/x-protobuf' }])
  t.ok(collector.bodies[0]?.includes(Buffer.from(traceId, 'hex')))
  t.ok(collector.bodies[0]?.includes('step-up-gateway'))
  t.match(
    log.map((line) => JSON.parse(line)),
    [{ msg: 'traces are sent' }],
  )
})

t.test('what waits to be sent is bounded', async (t) => {
  const collector = await startCollector(t)
  const log: string[] = []
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_MAX_QUEUE_SIZE: '10',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '5',
  }
  const tracing = await openLabTracing(t, env, log)
  for (let count = 0; count < 1000; count++) tracing.openCall('call', {}).end({})
  await collector.until(1)
  await tracing.close()
  t.ok(collector.spans().length <= 15, `${collector.spans().length} of 1000 were sent`)
})

t.test('what the SDK can not read is a line', async (t) => {
  const log: string[] = []
  await openLabTracing(t, { OTEL_TRACES_EXPORTER: 'otlp', OTEL_TRACES_SAMPLER: 'sometimes' }, log)
  t.match(
    log.map((line) => JSON.parse(line)),
    [{ level: 40, msg: 'OpenTelemetry warns', detail: /OTEL_TRACES_SAMPLER.*sometimes/ }],
  )
})
