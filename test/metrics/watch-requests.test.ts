import { setTimeout as sleep } from 'node:timers/promises'
import { type FastifyRequest, fastify } from 'fastify'
import t from 'tap'
import type { Exchange } from '../../src/http/exchange.ts'
import { watchRequests } from '../../src/metrics/watch-requests.ts'
import { runRequest, waiting } from '../../src/telemetry/request-context.ts'

t.test('answers are counted, and the own share of some is measured', async (t) => {
  const app = fastify()
  t.teardown(() => app.close())
  const counted: object[] = []
  const shares: [string | undefined, number][] = []
  app.decorateRequest('exchange')
  app.addHook('onRequest', (_request, _reply, done) => runRequest({ supportId: 'id', now: () => 0 }, done))
  app.addHook('onRequest', async (request) => {
    if (request.url === '/unreadable') throw new Error('it can not be read')
    const kind = request.url === '/token' || request.url === '/hijacked' ? 'token' : 'open'
    request.setDecorator<Exchange>('exchange', { kind } as Exchange)
  })
  const end = watchRequests(app, {
    count: (_name, labels) => void counted.push(labels),
    observe: (_name, labels, value) => void shares.push([Object.values(labels).join(), value]),
  })
  app.get('/open', async () => 'ok')
  app.get('/token', async () => {
    await waiting(() => sleep(300))
    return 'ok'
  })
  app.get('/hijacked', (request: FastifyRequest, reply) => {
    reply.hijack()
    end(request)
    end(request)
    reply.raw.writeHead(302).end()
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  for (const path of ['/open', '/token', '/hijacked', '/unreadable'])
    await (await fetch(address + path, { redirect: 'manual' })).arrayBuffer()
  t.same(counted, [
    { endpoint: 'open', status: '2xx' },
    { endpoint: 'token', status: '2xx' },
    { endpoint: 'token', status: '3xx' },
    { endpoint: 'none', status: '5xx' },
  ])
  t.same(
    shares.map(([endpoint]) => endpoint),
    ['token', 'token'],
  )
  for (const [, seconds] of shares) t.ok(seconds >= 0 && seconds < 0.3, `${seconds} s without the wait`)
})
