import { EventEmitter, once } from 'node:events'
import t from 'tap'
import { createLink, usualPace } from '../../../src/store/redis/link.ts'

t.test('a link that is closed while its first check is under way', async (t) => {
  const server = new EventEmitter()
  const [checked, destroyed] = [once(server, 'checked'), once(server, 'destroyed')]
  const link = createLink({
    connect: async () => ({
      get: async () => null,
      set: async () => null,
      eval: async () => null,
      on: () => undefined,
      destroy: () => server.emit('destroyed'),
    }),
    check() {
      server.emit('checked')
      return once(server, 'answer')
    },
    connectTimeout: 60_000,
    timeout: 60_000,
    onChange: () => t.fail('nobody listens any more'),
    pace: usualPace,
  })
  link.open()
  await checked
  const closed = link.close()
  server.emit('answer')
  await closed
  await destroyed
  t.pass('nothing stays open')
})
