import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { fastify } from 'fastify'
import t, { type Test } from 'tap'
import { sendStream } from '../../src/upstream/send-answer.ts'

interface Sent {
  readonly url: string
  readonly body: PassThrough
}

/** A server that sends one body to all who ask. */
async function startServer(t: Test): Promise<Sent> {
  const app = fastify({ forceCloseConnections: true })
  const body = new PassThrough()
  app.setErrorHandler((error: Error, _request, reply) => reply.code(502).send(error.message))
  app.get('/', (_request, reply) => {
    sendStream(reply.header('x-of-the-body', '1'), body)
  })
  t.teardown(() => app.close())
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), body }
}

t.test('a body that breaks off before its first byte is answered as an error', async (t) => {
  const { url, body } = await startServer(t)
  const isAsked = new Promise((resolve) => body.once('newListener', resolve))
  const asked = fetch(url)
  await isAsked
  body.destroy(new Error('it broke off'))
  const answer = await asked
  t.equal(answer.status, 502)
  t.equal(answer.headers.get('x-of-the-body'), null)
  t.equal(await answer.text(), 'it broke off')
})

t.test('so is one that broke off before anybody read it', async (t) => {
  const { url, body } = await startServer(t)
  const isClosed = new Promise((resolve) => body.once('close', resolve))
  body.on('error', () => undefined).destroy(new Error('it broke off'))
  await isClosed
  t.equal((await fetch(url)).status, 502)
})

t.test('one that breaks off later breaks off for the client', async (t) => {
  const { url, body } = await startServer(t)
  body.write('begun')
  const answer = await fetch(url)
  t.equal(answer.headers.get('x-of-the-body'), '1')
  body.destroy(new Error('it broke off'))
  await t.rejects(answer.text())
})

t.test('a client that leaves ends the body', async (t) => {
  const { url, body } = await startServer(t)
  body.write('begun')
  const leave = new AbortController()
  await fetch(url, { signal: leave.signal })
  leave.abort()
  await once(body, 'close')
  t.equal(body.destroyed, true)
})
