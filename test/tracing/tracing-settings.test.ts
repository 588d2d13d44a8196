import t from 'tap'
import { readTracingSettings } from '../../src/tracing/tracing-settings.ts'

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
const usual = { protocol: 'http/protobuf', isPropagated: true }

t.test('off unless somebody asks', async (t) => {
  for (const env of [
    {},
    { OTEL_TRACES_EXPORTER: '', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_SERVICE_NAME: 'gateway', OTEL_TRACES_SAMPLER: 'always_on' },
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://collector:4318' },
    { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
  ])
    t.equal(readTracingSettings(env), undefined, JSON.stringify(env))
})

t.test('on', async (t) => {
  for (const env of [
    endpoint,
    { OTEL_TRACES_EXPORTER: 'otlp' },
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/v1/traces' },
    { ...endpoint, OTEL_SDK_DISABLED: 'false', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
    { ...endpoint, OTEL_PROPAGATORS: 'tracecontext, baggage' },
  ])
    t.strictSame(readTracingSettings(env), usual, JSON.stringify(env))
  t.strictSame(
    readTracingSettings({
      ...endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_PROPAGATORS: 'none',
    }),
    { protocol: 'http/json', isPropagated: false },
  )
})

t.test('what is not possible', async (t) => {
  for (const [env, fault] of [
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin", expected otlp or none'],
    [
      { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc", expected http/protobuf or http/json',
    ],
    [
      { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL is "grpc", expected http/protobuf or http/json',
    ],
    [{ ...endpoint, OTEL_PROPAGATORS: 'b3' }, 'OTEL_PROPAGATORS is "b3", expected tracecontext or none'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' },
      'OTEL_EXPORTER_OTLP_ENDPOINT is no http or https URL',
    ],
    [
      { ...endpoint, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'no URL' },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is no http or https URL',
    ],
  ] as const)
    t.strictSame(readTracingSettings(env), { fault })
})
