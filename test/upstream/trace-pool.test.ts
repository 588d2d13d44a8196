import t from 'tap'
import type { Pool } from '../../src/upstream/pool.ts'
import { tracePool } from '../../src/upstream/trace-pool.ts'
import { recordCalls } from '../tracing/record-calls.ts'

t.test('without tracing a pool is what it was', async (t) => {
  const pool: Pool = { request: () => Promise.reject(new Error('unused')), destroy: () => undefined }
  t.equal(tracePool(pool, 'http://127.0.0.1:5000', undefined), pool)
})

t.test('a call names the port of its scheme', async (t) => {
  const pool: Pool = { request: () => Promise.reject(new Error('gone')), destroy: () => undefined }
  for (const [url, port] of [
    ['https://op.example.com', 443],
    ['http://op.example.com', 80],
    ['http://op.example.com:5000', 5000],
  ] as const) {
    const { tracing, calls } = recordCalls()
    const traced = tracePool(pool, url, tracing)
    const asked = {
      method: 'GET',
      path: '/',
      headers: {},
      body: null,
      signal: null,
      purpose: 'page',
    } as const
    await t.rejects(traced.request(asked as never), /gone/)
    t.match(calls, [{ opened: { 'server.address': 'op.example.com', 'server.port': port }, ended: Object }])
  }
})
