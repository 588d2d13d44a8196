import t from 'tap'
import { createLog } from '../../src/telemetry/log.ts'
import { logStore } from '../../src/telemetry/log-store.ts'

const gone = { reason: 'it closed the connection', hasAnswered: true }

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
