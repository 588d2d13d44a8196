import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import type { OpAnswer } from '../../src/upstream/exchange.ts'
import { openPool, type Pool } from '../../src/upstream/pool.ts'
import { makeConfig } from './config.ts'

/** An OP of which the test writes each byte. */
interface Op {
  readonly pool: Pool
  /** The connection of the next request, once its head is there. */
  next(): Promise<Socket>
}

async function startOp(t: Test): Promise<Op> {
  const arrived: Socket[] = []
  const waiting: ((socket: Socket) => void)[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      if (!`${chunk}`.includes(' HTTP/1.1')) return
      const take = waiting.shift()
      if (take) take(socket)
      else arrived.push(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const { upstream } = makeConfig({ upstream: { url: `http://127.0.0.1:${port}` } })
  const pool = openPool(upstream, 32_768)
  t.teardown(() => {
    pool.destroy()
    server.close()
  })
  return {
    pool,
    next: () =>
      new Promise((resolve) => {
        const socket = arrived.shift()
        if (socket) resolve(socket)
        else waiting.push(resolve)
      }),
  }
}

const ask = (pool: Pool, signal?: AbortSignal): Promise<OpAnswer> =>
  pool.request({ method: 'GET', path: '/', headers: { host: 'op.example.com' }, signal: signal ?? null })

/** A connection is free one turn of the event loop after its answer. */
const aTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

const textOf = async ({ body }: OpAnswer): Promise<string> =>
  `${Buffer.isBuffer(body) ? body : Buffer.concat(await body.toArray())}`

const whole = (content: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n\r\n${content}`

t.test('a body that comes with its head is there whole', async (t) => {
  const { pool, next } = await startOp(t)
  const asked = ask(pool)
  ;(await next()).write(whole('all of it'))
  const { body } = await asked
  t.ok(Buffer.isBuffer(body))
  t.equal(`${body}`, 'all of it')
})

t.test('one in several chunks too, and one that has none', async (t) => {
  const { pool, next } = await startOp(t)
  const asked = ask(pool)
  ;(await next()).write(
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nall\r\n6\r\n of it\r\n0\r\n\r\n',
  )
  t.equal(`${(await asked).body}`, 'all of it')
  const again = ask(pool)
  ;(await next()).write(whole(''))
  t.same((await again).body, Buffer.alloc(0))
})

t.test('one that comes later is a stream, which waits for its reader', async (t) => {
  const { pool, next } = await startOp(t)
  const asked = ask(pool)
  const size = 4 * 1024 * 1024
  const socket = await next()
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\nbegin`)
  const { body } = await asked
  if (Buffer.isBuffer(body)) throw new Error('it is not here yet')
  socket.write(Buffer.alloc(size - 5))
  await once(body, 'readable')
  t.ok(body.readableLength < size, 'not all of it is held')
  t.equal(Buffer.concat(await body.toArray()).length, size)
})

t.test('a reader who leaves ends the connection, and one who has all keeps it', async (t) => {
  const { pool, next } = await startOp(t)
  const asked = ask(pool)
  const socket = await next()
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin')
  const { body } = await asked
  const isClosed = once(socket, 'close')
  if (!Buffer.isBuffer(body)) body.destroy()
  await isClosed
  const second = ask(pool)
  const kept = await next()
  kept.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbe')
  const answer = await second
  kept.write('en')
  t.equal(await textOf(answer), 'been')
  await aTurn()
  const third = ask(pool)
  t.equal(await next(), kept)
  kept.write(whole('more'))
  t.equal(await textOf(await third), 'more')
})

t.test('one that breaks off says so to who reads it, also later', async (t) => {
  const { pool, next } = await startOp(t)
  for (const isLate of [false, true]) {
    const asked = ask(pool)
    const socket = await next()
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin')
    if (isLate) socket.destroy()
    const { body } = await asked
    if (!isLate) socket.destroy()
    if (Buffer.isBuffer(body)) throw new Error('it is not whole')
    await t.rejects(body.toArray(), { code: 'UND_ERR_SOCKET' })
  }
})

t.test('who gives up: before a connection is free, before the answer, while it comes', async (t) => {
  const { pool, next } = await startOp(t)
  const late = new AbortController()
  const asked = ask(pool, late.signal)
  const socket = await next()
  late.abort(new Error('a reason'))
  await t.rejects(asked, { message: 'a reason' })
  await once(socket, 'close')

  const busy = Array.from({ length: 128 }, () => ask(pool))
  const sockets = await Promise.all(busy.map(() => next()))
  const queued = new AbortController()
  const waiting = ask(pool, queued.signal)
  queued.abort('no error')
  await t.rejects(waiting, { message: 'aborted' })
  for (const one of sockets) one.write(whole('done'))
  t.equal((await Promise.all(busy)).length, 128)

  const reading = new AbortController()
  const read = ask(pool, reading.signal)
  ;(await next()).write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbegin')
  const { body } = await read
  reading.abort(new Error('enough'))
  if (!Buffer.isBuffer(body)) await t.rejects(body.toArray(), { message: 'enough' })

  await t.rejects(ask(pool, AbortSignal.abort(new Error('gone'))), { message: 'gone' })
})

t.test('a body that breaks the rules in the packet of its head', async (t) => {
  const { pool, next } = await startOp(t)
  const asked = ask(pool)
  ;(await next()).write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n')
  const { body } = await asked
  if (Buffer.isBuffer(body)) throw new Error('it is not whole')
  await t.rejects(body.toArray(), { name: 'HTTPParserError' })
})

t.test('what the OP says between two requests, or behind an answer, is no answer', async (t) => {
  const { pool, next } = await startOp(t)
  for (const poison of [whole('poison'), 'HTTP/1.1 100 Continue\r\n\r\n', 'x']) {
    const first = ask(pool)
    const socket = await next()
    socket.write(whole('one'))
    t.equal(await textOf(await first), 'one')
    const isClosed = once(socket, 'close')
    socket.write(poison)
    await isClosed
    const second = ask(pool)
    const other = await next()
    t.not(other, socket, 'the connection is not used again')
    const isClosedToo = once(other, 'close')
    other.write(whole('two') + poison)
    t.equal(await textOf(await second), 'two')
    await isClosedToo
  }
})

t.test('interim answers, also in parts and many of them', async (t) => {
  const { pool, next } = await startOp(t)
  for (const parts of [
    ['HTTP/1.1 100 Continue\r\n\r\n', whole('done')],
    ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(3) + whole('done')],
    ['HTTP/1.1 100 Continue\r\nX: y', '\r\n\r\n', whole('done')],
    ['HTTP/1.1 103 Early Hints\r\n\r\n', whole('done')],
  ]) {
    const asked = ask(pool)
    const socket = await next()
    for (const part of parts) await new Promise((resolve) => socket.write(part, () => setImmediate(resolve)))
    t.equal(await textOf(await asked), 'done')
  }
})

t.test('a body that begins like an interim answer stays what it is', async (t) => {
  const { pool, next } = await startOp(t)
  const content = 'HTTP/1.1 100 Continue\r\n\r\n'
  const asked = ask(pool)
  const socket = await next()
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${2 * content.length}\r\n\r\n${content}`)
  const answer = await asked
  socket.write(content)
  t.equal(await textOf(answer), content + content)
})

t.test('a closed pool takes nothing, and ends what is under way', async (t) => {
  const { pool, next } = await startOp(t)
  const post = () =>
    pool.request({
      method: 'POST',
      path: '/',
      headers: {},
      body: new PassThrough().on('error', () => undefined),
    })
  const underWay = Promise.allSettled([ask(pool), post()])
  await next()
  pool.destroy()
  t.match(await underWay, [{ status: 'rejected' }, { status: 'rejected' }])
  await t.rejects(ask(pool))
  await t.rejects(post(), { message: 'the pool is closed' })
  pool.destroy()
})

for (const how of ['ends', 'is reset'] as const) {
  for (const framing of ['Content-Length: 1000000\r\n', '']) {
    t.test(
      `a connection that ${how} while nobody reads harms nobody: ${framing || 'no length'}`,
      async (t) => {
        const { pool, next } = await startOp(t)
        const asked = ask(pool)
        const socket = await next()
        socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\n${framing}\r\n`)
        const { body } = await asked
        if (Buffer.isBuffer(body)) throw new Error('it is not whole')
        // More than is held, and less than what makes the system wait.
        const part = Buffer.alloc(80 * 1024)
        await new Promise((resolve) => socket.write(part, resolve))
        await once(body, 'readable')
        const isGone = once(socket, 'close')
        if (how === 'ends') socket.end()
        else socket.resetAndDestroy()
        if (how === 'is reset') await isGone
        const isWhole = how === 'ends' && framing === ''
        if (isWhole) t.equal(Buffer.concat(await body.toArray()).length, part.length)
        else await t.rejects(body.toArray())
      },
    )
  }
}
