import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { request } from 'undici'
import { peekBody } from '../../src/upstream/peek-body.ts'

const from = (...chunks: string[]): Readable =>
  Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  )

async function peekLong(body: Readable, maxBytes: number): Promise<Readable> {
  const peeked = await peekBody(body, maxBytes)
  if (peeked.complete) throw new Error('complete')
  return peeked.stream
}

t.test('a body that fits is read whole', async (t) => {
  for (const chunks of [[], ['abcd'], ['a', 'b', 'cd']]) {
    const expected = Buffer.from(chunks.join(''))
    t.strictSame(await peekBody(from(...chunks), 4), { complete: true, bytes: expected }, chunks.join())
  }
})

t.test('a longer one goes on from its first byte', async (t) => {
  for (const chunks of [['abcde'], ['abcd', 'e'], ['a', 'b', 'c', 'd', 'e', 'f', 'g'], ['abcdefgh', 'i']]) {
    const stream = await peekLong(from(...chunks), 4)
    await nextTurn()
    t.equal((await buffer(stream)).toString(), chunks.join(''), chunks.join())
  }
})

t.test('no more is read than was asked for, until somebody reads on', async (t) => {
  let made = 0
  const endless = new Readable({
    highWaterMark: 10,
    read() {
      made += 10
      this.push(Buffer.alloc(10))
    },
  })
  const stream = await peekLong(endless, 100)
  const before = made
  t.ok(before < 200, `${before} bytes`)
  await nextTurn()
  await nextTurn()
  t.equal(made, before)
  stream.destroy()
})

t.test('errors before and after', async (t) => {
  const broken = new PassThrough()
  broken.write('abc')
  const peeked = peekBody(broken, 10)
  broken.destroy(new Error('reset'))
  await t.rejects(peeked, { message: 'reset' })

  const aborted = new PassThrough()
  aborted.write('abc')
  const cut = peekBody(aborted, 10)
  aborted.destroy()
  await t.rejects(cut, { code: 'ERR_STREAM_PREMATURE_CLOSE' })

  const late = new PassThrough()
  late.write('abc')
  const stream = await peekLong(late, 2)
  late.destroy(new Error('reset later'))
  await nextTurn()
  await t.rejects(buffer(stream), { message: 'reset later' }, 'told to a reader who came after')
  await t.rejects(peekBody(late, 2), 'nothing is left of it')
})

t.test('the body of a real answer, and its abort', async (t) => {
  const closed: string[] = []
  const server = createServer((incoming, response) => {
    response.on('close', () => closed.push(String(incoming.url)))
    response.write('x'.repeat(100_000))
    if (incoming.url === '/whole') response.end('end')
    else if (incoming.url === '/broken') setTimeout(() => response.destroy(), 20)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const get = async (path: string): Promise<Readable> =>
    (await request(`http://127.0.0.1:${port}${path}`)).body

  const whole = await peekBody(await get('/whole'), 100_003)
  t.equal(whole.complete && whole.bytes.length, 100_003)
  t.equal((await buffer(await peekLong(await get('/whole'), 100_002))).length, 100_003)
  await t.rejects(peekBody(await get('/broken'), 200_000), { code: 'UND_ERR_SOCKET' })
  await t.rejects(buffer(await peekLong(await get('/broken'), 1)), { code: 'UND_ERR_SOCKET' })
  const stream = await peekLong(await get('/endless'), 10)
  stream.destroy()
  while (!closed.includes('/endless')) await nextTurn()
  t.pass('the server saw the abort')
})
