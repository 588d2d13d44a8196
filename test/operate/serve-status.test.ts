import fastify from 'fastify'
import t from 'tap'
import { describeHealth, ok } from '../../src/listeners/health.ts'
import { createRecent } from '../../src/operate/recent.ts'
import { serveStatus } from '../../src/operate/serve-status.ts'
import { makeConfig } from '../upstream/config.ts'

const parts = { provider: ok, keys: ok, store: ok, authsignal: ok, clocks: ok, front: ok, configuration: ok }
const whole = makeConfig({})
const config = { ...whole, admin: { ...whole.admin, host: 'Gateway.internal' } }
const app = fastify()
serveStatus(app, () => ({
  config,
  health: describeHealth(parts, false),
  recent: createRecent(() => 0),
  now: 1000,
  startedAt: 0,
  loadedAt: 0,
}))
t.teardown(() => app.close())

const read = (host: string) => app.inject({ method: 'GET', url: '/', headers: { host } })

t.test('the page opens under names that no stranger can give', async (t) => {
  for (const host of [
    'localhost:9090',
    '127.0.0.1:9090',
    '[::1]:9090',
    '10.1.2.3',
    'gateway.internal:9090',
  ]) {
    const page = await read(host)
    t.equal(page.statusCode, 200, host)
    t.match(page.headers, { 'content-type': /html/, 'content-security-policy': /frame-ancestors 'none'/ })
    t.match(page.body, /Step-up gateway/)
  }
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:9090', 'a b']) {
    t.equal((await read(host)).statusCode, 403, host)
  }
})
