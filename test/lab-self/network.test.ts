import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import t from 'tap'
import { listenOnLoopback, readForm } from '../lab/listen.ts'
import { freePorts, portOf } from '../lab/ports.ts'
import { sendRaw } from '../lab/raw.ts'

t.test('free ports differ, and can be listened on', async (t) => {
  const ports = await freePorts(5)
  t.equal(new Set(ports).size, 5)
  const servers = await Promise.all(
    ports.slice(0, 2).map((port) => listenOnLoopback((_, res) => res.end(), port)),
  )
  t.same(
    servers.map(({ port }) => port),
    ports.slice(0, 2),
  )
  await Promise.all(servers.map((server) => server.close()))
})

t.test('a port that is taken is named', async (t) => {
  const first = await listenOnLoopback((_, res) => res.end())
  t.teardown(() => first.close())
  await t.rejects(
    listenOnLoopback((_, res) => res.end(), first.port),
    {
      message: `port ${first.port} of 127.0.0.1 is taken by another process`,
    },
  )
  await t.rejects(
    listenOnLoopback((_, res) => res.end(), 70_000),
    { code: 'ERR_SOCKET_BAD_PORT' },
  )
})

t.test('a server that does not listen has no port', (t) => {
  t.throws(() => portOf(createServer()), /does not listen/)
  t.end()
})

t.test('closing ends the connections that are open, and may be done twice', async () => {
  const server = await listenOnLoopback(() => {})
  const socket = connect(server.port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'connect')
  // The end may come as a reset.
  socket.on('error', () => {})
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await server.close()
  await closed
  await server.close()
})

t.test('a form that is too large is refused', async (t) => {
  const server = await listenOnLoopback(async (request, response) => {
    const answer = await readForm(request).then(String, (error: Error) => error.message)
    response.end(answer)
  })
  t.teardown(() => server.close())
  const post = (body: string) =>
    `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  t.match(await sendRaw(server.port, post('a=1&b=2')), /^HTTP\/1\.1 200 .*a=1&b=2/s)
  t.match(await sendRaw(server.port, post('a'.repeat(70_000))), /larger than 64 KiB/)
})

t.test('impolite bytes arrive as they are', async (t) => {
  const server = createServer((socket) => {
    socket.once('data', (bytes) => socket.end(`got ${bytes.toString('hex')}`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  t.equal(await sendRaw(portOf(server), 'A\xff\0'), 'got 41ff00')
  t.equal(await sendRaw(portOf(server), Buffer.from([1, 2])), 'got 0102')
})

t.test('a server that never closes is reported', async (t) => {
  const server = createServer((socket) => socket.write('half an answer'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  await t.rejects(
    sendRaw(portOf(server), 'x', 100),
    /still open after 100 ms, having answered: half an answer/,
  )
})
