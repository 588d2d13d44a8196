import t from 'tap'
import { createStore } from '../src/create-store.ts'
import { createLog } from '../src/telemetry/log.ts'
import { settingsOf } from './store/redis/open-store.ts'

const log = createLog({ destination: { write: () => undefined } })

t.test('the engine that the configuration names', async (t) => {
  const memory = await createStore('memory', log, Date.now, 64 * 1024 * 1024)
  t.teardown(() => memory.close())
  await memory.set('kind:a', '1', 60_000)
  t.equal(await memory.get('kind:a'), '1')
  const server = await createStore(settingsOf('redis://127.0.0.1:1'), log, Date.now, 0)
  t.teardown(() => server.close())
  t.match(server.outage, { hasAnswered: false }, 'nothing is opened yet')
})
