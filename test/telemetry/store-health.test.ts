import t from 'tap'
import { createLog } from '../../src/telemetry/log.ts'
import { logStore, requireStore, warnOfStore } from '../../src/telemetry/store-health.ts'

const never = { reason: 'it asks for a password', hasAnswered: false }
const gone = { reason: 'it closed the connection', hasAnswered: true }
const ready = { ready: true } as const
const unready = { ready: false, reason: 'the metadata is not read yet' } as const

t.test('a store that was never reached makes an instance unready, one that is gone does not', async (t) => {
  t.same(requireStore(ready, undefined), ready)
  t.same(requireStore(ready, gone), ready)
  t.same(requireStore(ready, never), { ready: false, reason: 'the store: it asks for a password' })
  t.same(requireStore(unready, never), unready)
  t.same(warnOfStore(undefined), [])
  t.same(warnOfStore(never), [])
  t.same(warnOfStore(gone), [
    'The store can not be used, and protected clients get 503: it closed the connection.',
  ])
})

t.test('a line when it goes and one when it answers', async (t) => {
  const lines: string[] = []
  const see = logStore(
    createLog({ destination: { write: (line: string) => lines.push(line) } }),
    'redis://a:6379',
  )
  see(gone)
  see(undefined)
  t.match(
    lines.map((line) => JSON.parse(line)),
    [
      { level: 40, store: 'redis://a:6379', reason: gone.reason, msg: /^the store can not be used/ },
      { level: 30, store: 'redis://a:6379', msg: 'the store answers' },
    ],
  )
})
