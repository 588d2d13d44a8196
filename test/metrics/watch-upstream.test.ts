import { Readable } from 'node:stream'
import t from 'tap'
import { watchPool, watchUpstream } from '../../src/metrics/watch-upstream.ts'
import { connectUpstream } from '../../src/upstream/connection.ts'
import type { OpRequest } from '../../src/upstream/exchange.ts'
import { makeConfig } from '../upstream/config.ts'
import { noteInstruments } from './watch-parts.ts'

const asked: OpRequest = { method: 'GET', path: '/', headers: {} }
const answer = { statusCode: 200, headers: {}, body: Readable.from([]) }

t.test('an answer is timed, and the pool ends as before', async (t) => {
  const { instruments, notes } = noteInstruments()
  let isEnded = false
  const destroy = () => {
    isEnded = true
  }
  const pool = watchPool({ request: async () => answer, destroy }, 'client', instruments)
  t.equal(await pool.request(asked), answer)
  t.same(notes, [['upstream_duration_seconds', { asker: 'client' }]])
  pool.destroy()
  t.ok(isEnded)
})

t.test('no answer counts against the OP, unless nobody waits for it any more', async (t) => {
  const gone = new AbortController()
  gone.abort(new Error('the client has gone'))
  const late = AbortSignal.abort(new DOMException('too late', 'TimeoutError'))
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
  const table: readonly [error: Error, signal: AbortSignal | undefined, reasons: readonly string[]][] = [
    [refused, undefined, ['unreachable']],
    [Object.assign(new Error('x'), { code: 'OP_SILENT' }), new AbortController().signal, ['timeout']],
    [Object.assign(new Error('x'), { code: 'HPE_INVALID' }), undefined, ['unreadable']],
    [refused, late, ['unreachable']],
    [refused, gone.signal, []],
  ]
  for (const [error, signal, reasons] of table) {
    const { instruments, notes } = noteInstruments()
    const request = async () => {
      throw error
    }
    const pool = watchPool({ request, destroy: () => undefined }, 'gateway', instruments)
    await t.rejects(pool.request({ ...asked, ...(signal && { signal }) }), error)
    t.same(
      notes,
      reasons.map((reason) => ['upstream_failures_total', { asker: 'gateway', reason }]),
    )
  }
})

t.test("the gateway's own requests go as before", async (t) => {
  const upstream = watchUpstream(connectUpstream(makeConfig({})))
  await t.rejects(upstream.fetch('https://elsewhere.example.com/'), { code: 'upstream_unreachable' })
  await upstream.close()
})
