import { fastify } from 'fastify'
import t from 'tap'
import { refuseToSend, registerHttpProxy } from '../../src/upstream/http-proxy-seam.ts'
import { startBareUpstream } from '../e2e/bare-upstream.ts'

t.test('the plugin brings each request, and sends none by itself', async (t) => {
  const seen: string[] = []
  const { url } = await startBareUpstream(t, { '/': (_request, response) => response.end('not judged') })
  const app = fastify()
  t.teardown(() => app.close())
  registerHttpProxy(app, url, (request, reply) => {
    seen.push(`${request.method} ${request.url}`)
    if (request.url === '/plugin') reply.from('/')
    else reply.send('judged')
  })
  for (const method of ['GET', 'PROPFIND'] as const) {
    const { body } = await app.inject({ method: method as 'GET', url: '/a//b/%7Ezz' })
    t.equal(body, 'judged')
  }
  t.same(seen, ['GET /a//b/%7Ezz', 'PROPFIND /a//b/%7Ezz'])
  const { body, statusCode } = await app.inject({ url: '/plugin' })
  t.equal(statusCode, 500)
  t.notMatch(body, 'not judged')
  t.throws(refuseToSend, { message: 'a request that no handler sends' })
})
