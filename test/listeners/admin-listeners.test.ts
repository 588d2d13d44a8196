import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { createAdminListeners } from '../../src/listeners/admin-listeners.ts'
import type { Health, Parts } from '../../src/listeners/health.ts'
import { freePorts } from '../lab/ports.ts'
import { promise } from '../lab/promise.ts'

const part = { status: 'ok' } as const
const parts: Parts = {
  provider: { status: 'unavailable', details: ['the OP is at 10.0.0.1'] },
  keys: part,
  store: part,
  authsignal: part,
  clocks: { status: 'warning', details: ['a clock'] },
  front: part,
  configuration: part,
}
const down: Health = { status: 'unavailable', reason: 'the OP is at 10.0.0.1', parts, warnings: ['a clock'] }
const up: Health = { status: 'ok', parts: { ...parts, provider: part } }

t.test('admin says all, monitoring says which parts', async (t) => {
  const [adminPort = 0, monitoringPort = 0] = await freePorts(2)
  let health = down
  const listeners = createAdminListeners(
    {
      admin: { host: '127.0.0.1', port: adminPort },
      monitoring: { host: '127.0.0.1', port: monitoringPort },
    },
    () => health,
    {
      serveOperators: (app) => void app.get('/', async () => ({ for: 'operators' })),
      async *scrape(format) {
        yield `# ${format}\n`
      },
    },
  )
  await listeners.listen()
  t.teardown(() => listeners.close())
  const get = async (port: number, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    t.equal(answer.headers.get('cache-control'), 'no-store')
    return { status: answer.status, body: await answer.json() }
  }

  for (const port of [adminPort, monitoringPort]) {
    const scrape = async (accept: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })
      return [answer.headers.get('content-type'), await answer.text()]
    }
    t.same(await scrape('*/*'), ['text/plain; version=0.0.4; charset=utf-8', '# text\n'])
    t.same(await scrape('application/openmetrics-text; version=1.0.0'), [
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
      '# openmetrics\n',
    ])
  }
  t.same(await get(adminPort, '/livez'), { status: 200, body: { status: 'ok' } })
  t.same(await get(adminPort, '/'), { status: 200, body: { for: 'operators' } })
  t.equal((await get(monitoringPort, '/')).status, 404)
  t.same(await get(adminPort, '/readyz'), { status: 503, body: down })
  t.same(await get(adminPort, '/startupz'), {
    status: 503,
    body: { status: 'unavailable', reason: 'the OP is at 10.0.0.1' },
  })
  const brief = { provider: 'unavailable', keys: 'ok', store: 'ok', authsignal: 'ok', front: 'ok' }
  t.same(await get(monitoringPort, '/readyz'), {
    status: 503,
    body: { status: 'unavailable', parts: { ...brief, clocks: 'warning', configuration: 'ok' } },
  })
  t.same(await get(monitoringPort, '/startupz'), { status: 503, body: { status: 'unavailable' } })

  health = up
  t.same(await get(adminPort, '/readyz'), { status: 200, body: up })
  t.same(await get(monitoringPort, '/startupz'), { status: 200, body: { status: 'ok' } })
  health = down
  for (const port of [adminPort, monitoringPort])
    t.same(await get(port, '/startupz'), { status: 200, body: { status: 'ok' } }, 'it was ready once')
})

t.test('scrapes at one time are one', async (t) => {
  const [port = 0] = await freePorts(1)
  const scraped: string[] = []
  const both = promise<void>()
  const listeners = createAdminListeners({ admin: { host: '127.0.0.1', port } }, () => up, {
    serveOperators: (app) => {
      let asked = 0
      app.addHook('preHandler', async () => {
        asked += 1
        if (asked === 3) setImmediate(both.resolve)
      })
    },
    async *scrape(format) {
      scraped.push(format)
      yield 'first,'
      await both.promise
      yield `number ${scraped.length}`
    },
  })
  await listeners.listen()
  t.teardown(() => listeners.close())
  const scrape = async (accept = '*/*') =>
    (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { accept } })).text()
  const openMetrics = 'application/openmetrics-text'
  t.same(await Promise.all([scrape(), scrape(), scrape(openMetrics)]), [
    'first,number 2',
    'first,number 2',
    'first,number 2',
  ])
  t.same(scraped.toSorted(), ['openmetrics', 'text'])
  t.equal(await scrape(), 'first,number 3', 'a later one is another')
})

t.test('no connection keeps them from closing', async (t) => {
  const [port = 0] = await freePorts(1)
  const listeners = createAdminListeners({ admin: { host: '127.0.0.1', port } }, () => up, {
    serveOperators: () => undefined,
    async *scrape() {},
  })
  await listeners.listen()
  const socket = connect(port, '127.0.0.1')
  const read = once(socket, 'data')
  // The half of a second request comes with the first.
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /livez HTTP/1.1\r\n')
  await read
  socket.on('error', () => undefined)
  const closed = once(socket, 'close')
  await listeners.close()
  await closed
  t.pass()
})
