import t from 'tap'
import type { Pool } from '../../src/upstream/pool.ts'
import { tracePool } from '../../src/upstream/trace-pool.ts'

t.test('without tracing a pool is what it was', async (t) => {
  const pool: Pool = { request: () => Promise.reject(new Error('unused')), destroy: () => undefined }
  t.equal(tracePool(pool, 'http://127.0.0.1:5000', undefined), pool)
})
