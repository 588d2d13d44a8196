import t, { type Test } from 'tap'
import type { Arrival, Tracing } from '../../src/tracing/tracing.ts'
import { drawTree, openLabTracing, startCollector } from './collector.ts'

const supportId = '6e2f7a52-3f0b-4c55-9d0c-8a3d7f8f2a10'
const arrival: Arrival = { supportId, method: 'GET', headers: {}, isTrusted: false }

async function open(t: Test, env: Record<string, string> = {}) {
  const collector = await startCollector(t)
  const tracing = await openLabTracing(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    ...env,
  })
  return {
    tracing,
    async end() {
      await tracing.close()
      return collector.spans()
    },
  }
}

/** Runs a request, and what it causes. */
async function serve(tracing: Tracing, run: () => unknown, how: Partial<Arrival> = {}): Promise<string> {
  const request = tracing.openRequest({ ...arrival, ...how })
  await new Promise<unknown>((resolve) => request.run(() => resolve(run())))
  request.end('GET page', { 'http.response.status_code': 200 })
  return request.traceId
}

t.test('outside of a request', async (t) => {
  const { tracing, end } = await open(t)
  tracing.set({ a: 1 })
  tracing.note('event', {})
  tracing.link('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
  tracing.countStoreUse({ operation: 'get', collection: 'c', ms: 1000, hasFailed: true })
  t.equal(tracing.here, undefined)
  t.equal(await tracing.part('part', async () => 1), 1)
  tracing.openCall('call', {}).end({})
  t.match(await end(), [{ name: 'call', parentSpanId: undefined }], 'a call begins a trace')
})

t.test('a part fails, and its span ends', async (t) => {
  const { tracing, end } = await open(t)
  const failing = async () => {
    throw new Error('it failed')
  }
  await serve(tracing, () => t.rejects(tracing.part('part', failing), { message: 'it failed' }))
  const spans = await end()
  const root = spans.find(({ name }) => name === 'GET page')
  t.strictSame(root && drawTree(spans, root), ['GET page', '  part'])
  t.equal(root?.traceId, supportId.replaceAll('-', ''))
})

t.test('uses of the store: all are counted, and those have a span that are slow or fail', async (t) => {
  const { tracing, end } = await open(t)
  await serve(tracing, () => {
    for (const [operation, ms, hasFailed] of [
      ['get', 1.6, false],
      ['set', 60, false],
      ['add', 2, true],
    ] as const)
      tracing.countStoreUse({ operation, collection: 'stepUps', ms, hasFailed })
  })
  const spans = await end()
  t.match(spans.find(({ name }) => name === 'GET page')?.attributes, {
    'step_up.store.uses': 3,
    'step_up.store.ms': 64,
  })
  t.match(
    spans.filter(({ name }) => name === 'store').map(({ attributes, status }) => ({ attributes, status })),
    [
      { attributes: { 'db.operation.name': 'set', 'db.collection.name': 'stepUps' }, status: { code: 0 } },
      { attributes: { 'db.operation.name': 'add' }, status: { code: 2 } },
    ],
  )
})

t.test('what is said is cut, and what is not known left out', async (t) => {
  const { tracing, end } = await open(t)
  await serve(tracing, () =>
    tracing.set({ 'step_up.client_id': 'x'.repeat(1000), 'step_up.page': undefined }),
  )
  const [span] = await end()
  t.equal(String(span?.attributes['step_up.client_id']).length, 256)
  t.notOk(span && 'step_up.page' in span.attributes)
})

t.test('what can be linked to', async (t) => {
  const { tracing, end } = await open(t)
  let here: string | undefined
  await serve(tracing, () => {
    here = tracing.here
  })
  await serve(tracing, () => {
    tracing.link(here)
    tracing.link(undefined)
    tracing.link('something else')
  })
  const [first, second] = await end()
  t.equal(here, `00-${first?.traceId}-${first?.spanId}-01`)
  t.strictSame(
    second?.links.map(({ spanId }) => spanId),
    [first?.spanId],
  )
})

t.test('what is not recorded still has a trace id, and nothing links to it', async (t) => {
  const { tracing, end } = await open(t, { OTEL_TRACES_SAMPLER: 'always_off' })
  const traceId = await serve(tracing, () => {
    t.equal(tracing.here, undefined)
    t.match(tracing.openCall('call', {}).headers, {
      traceparent: /^00-6e2f7a523f0b4c559d0c8a3d7f8f2a10-.*-00$/,
    })
  })
  t.equal(traceId, supportId.replaceAll('-', ''))
  t.strictSame(await end(), [])
})

t.test("a trusted proxy's trace goes on, with its state", async (t) => {
  const { tracing, end } = await open(t)
  const headers = {
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: 'vendor=1',
  }
  await serve(tracing, () => t.match(tracing.openCall('call', {}).headers, { tracestate: 'vendor=1' }), {
    headers,
    isTrusted: true,
  })
  tracing.openCall('of no request', {}).end({})
  const [request, call] = await end()
  t.match(request, { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', parentSpanId: '00f067aa0ba902b7' })
  t.not(call?.traceId, supportId.replaceAll('-', ''), 'what comes later has a trace of its own')
})
