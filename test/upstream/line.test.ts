import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { type OpAnswer, silentCode } from '../../src/upstream/exchange.ts'
import { Line } from '../../src/upstream/line.ts'
import { receive } from '../../src/upstream/receive.ts'
import { serve } from './serve.ts'

interface Begun {
  readonly ask: () => Promise<OpAnswer>
  /** The OP's side of the request. */
  readonly arrived: () => Promise<ServerResponse>
  /** The gateway's side of the connection. */
  readonly socket: () => Socket
}

async function openLine(t: Test): Promise<Begun> {
  const waiting: ((response: ServerResponse) => void)[] = []
  const port = await serve(t, (_request, response) => waiting.shift()?.(response))
  const sockets: Socket[] = []
  const origin = `http://127.0.0.1:${port}`
  const line = new Line(
    new URL(origin),
    {},
    (_options, connected) => {
      const socket = connect(port, '127.0.0.1', () => connected(null, socket))
      sockets.push(socket)
      return socket
    },
    60_000,
  )
  t.teardown(() => line.destroy())
  return {
    ask: () => receive(line, { origin, method: 'GET', path: '/' }, undefined),
    arrived: () => new Promise((resolve) => waiting.push(resolve)),
    socket: () => sockets.at(-1) as Socket,
  }
}

t.test('an OP that says nothing, or nothing more', async (t) => {
  const { ask, arrived, socket } = await openLine(t)
  const first = arrived()
  const asked = ask()
  await first
  socket().emit('timeout')
  await t.rejects(asked, { code: silentCode })
  const second = arrived()
  const begun = ask()
  ;(await second).writeHead(200, { 'content-length': 9 }).write('begin')
  const { body } = await begun
  if (Buffer.isBuffer(body)) throw new Error('it is not whole')
  socket().emit('timeout')
  await t.rejects(body.toArray(), { code: silentCode })
})

t.test('nobody is called silent before there is a connection', async (t) => {
  const { ask, arrived, socket } = await openLine(t)
  const response = arrived()
  const asked = ask()
  t.equal(socket().connecting, true)
  t.equal(socket().timeout, undefined)
  ;(await response).end('done')
  t.equal(`${(await asked).body}`, 'done')
  t.equal(socket().timeout, 60_000)
})

t.test('an OP that is silent because nobody reads is not to blame', async (t) => {
  const { ask, arrived, socket } = await openLine(t)
  const response = arrived()
  const asked = ask()
  const size = 4 * 1024 * 1024
  const op = await response
  op.writeHead(200, { 'content-length': size }).flushHeaders()
  const { body } = await asked
  if (Buffer.isBuffer(body)) throw new Error('it is not here yet')
  op.end(Buffer.alloc(size))
  await once(body, 'readable')
  socket().emit('timeout')
  t.equal(Buffer.concat(await body.toArray()).length, size)
})

t.test('a connection on which nobody asks for anything is closed, and the next is another', async (t) => {
  const { ask, arrived, socket } = await openLine(t)
  for (const content of ['one', 'two']) {
    const response = arrived()
    const asked = ask()
    ;(await response).end(content)
    t.equal(`${(await asked).body}`, content)
    // undici takes the request for done when its turn of the event loop ends.
    await new Promise((resolve) => setImmediate(resolve))
    const isClosed = once(socket(), 'close')
    socket().emit('timeout')
    await isClosed
  }
})
