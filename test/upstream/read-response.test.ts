import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { decodeBody, readResponse } from '../../src/upstream/read-response.ts'

const text = '{"id_token":"…"}'
const plain = Buffer.from(text)
const streamOf = (bytes: Buffer): Readable => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)])

t.test('what comes in a coding is read, and passed on as it came', async (t) => {
  const cases: [string | undefined, Buffer][] = [
    [undefined, plain],
    ['identity', plain],
    ['gzip', gzipSync(plain)],
    [' GZIP ', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
  ]
  for (const [coding, bytes] of cases) {
    const read = await readResponse(streamOf(bytes), coding)
    t.equal(read.text, text, `${coding}`)
    t.strictSame(read.body, { complete: true, bytes }, `${coding}`)
  }
})

t.test('what can not be read is passed on, and has no text', async (t) => {
  const cases: [string, string | undefined, Buffer][] = [
    ['an unknown coding', 'zstd', plain],
    ['the name of an inherited key', 'constructor', plain],
    ['a broken one', 'gzip', plain],
    ['a bomb', 'gzip', gzipSync(Buffer.alloc(2 * 1024 * 1024))],
    ['no UTF-8', undefined, Buffer.from([0x7b, 0xff, 0x7d])],
  ]
  for (const [name, coding, bytes] of cases) {
    const read = await readResponse(streamOf(bytes), coding)
    t.equal(read.text, undefined, name)
    t.strictSame(read.body, { complete: true, bytes }, name)
  }
})

t.test('one that is too large is passed on unread', async (t) => {
  const stream = Readable.from([Buffer.alloc(1024 * 1024), Buffer.alloc(1)])
  const { body, text } = await readResponse(stream, undefined)
  t.match([body.complete, text], [false, undefined])
})

t.test('a body that was read already is decoded alike', async (t) => {
  t.strictSame(await decodeBody(gzipSync(plain), 'gzip'), plain)
  t.equal(await decodeBody(plain, 'gzip'), undefined)
})
