import { readFileSync } from 'node:fs'
import zlib from 'node:zlib'
import t from 'tap'
import { toUpstreamHeaders } from '../../src/http/request-headers.ts'
import { decodeBody } from '../../src/upstream/read-response.ts'

const plain = Buffer.from('{"id_token":"…"}')
const { zstdCompressSync } = zlib as typeof zlib & { readonly zstdCompressSync?: typeof zlib.gzipSync }
const zstd = zstdCompressSync?.(plain)

/** Bodies in the codings that the documentation lists. */
const written: Record<string, (Buffer | undefined)[]> = {
  identity: [plain],
  gzip: [zlib.gzipSync(plain)],
  'x-gzip': [zlib.gzipSync(plain)],
  deflate: [zlib.deflateSync(plain), zlib.deflateRawSync(plain)],
  br: [zlib.brotliCompressSync(plain)],
  zstd: [zstd],
  // As the program compress writes "a" (it ships with no Node).
  compress: [Buffer.from('1f9d9061', 'hex')],
  'any other': [plain],
}

const docs = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8')
const rows = [...docs.matchAll(/^\| (?:`([\w-]+)`|(any other))[^|]*\| (yes|no) \| ([^|]+) \|$/gm)]

t.test('the table of the documentation is what the gateway does', async (t) => {
  t.same(
    rows.map(([, coding, other]) => coding ?? other),
    Object.keys(written),
  )
  for (const [, coding = '', other, offered, read] of rows) {
    const name = other === undefined ? coding : 'none'
    for (const spelled of [name, name.toUpperCase(), `${name};q=0.5`, ` ${name} ; q=0.5`]) {
      const headers = toUpstreamHeaders(
        ['Accept-Encoding', spelled],
        { publicHeaders: {}, clientAddress: '' },
        { guarded: false, readable: true, ownCookies: [] },
      )
      t.equal(headers['accept-encoding'], offered === 'yes' ? spelled : 'identity', `"${spelled}" goes on`)
    }
    const isRead = read === 'yes' || (read !== 'no' && zstd !== undefined)
    for (const body of written[coding || 'any other'] ?? []) {
      const inCoding = body ?? plain
      for (const spelled of [name, name.toUpperCase(), ` ${name}\t`, `identity, ${name}`, `${name},,`])
        t.strictSame(await decodeBody(inCoding, spelled), isRead ? plain : undefined, `"${spelled}" is read`)
    }
  }
})

t.test('codings on top of each other', async (t) => {
  const gzip = (bytes: Buffer, times: number): Buffer =>
    times === 0 ? bytes : gzip(zlib.gzipSync(bytes), times - 1)
  for (const [coding, body, isRead] of [
    ['gzip, gzip', gzip(plain, 2), true],
    ['gzip,identity , GZIP,gzip', gzip(plain, 3), true],
    ['br, deflate', zlib.deflateSync(zlib.brotliCompressSync(plain)), true],
    ['deflate, br', zlib.deflateSync(zlib.brotliCompressSync(plain)), false],
    ['gzip, compress', gzip(plain, 1), false],
    ['gzip, gzip, gzip, gzip', gzip(plain, 4), false],
    ['gzip, gzip', gzip(plain, 1), false],
    ['gzip', gzip(plain, 2).subarray(0, -9), false],
    ['gzip, gzip', zlib.gzipSync(zlib.gzipSync(Buffer.alloc(2 * 1024 * 1024))), false],
    ['constructor', plain, false],
    ['', plain, true],
    [undefined, plain, true],
  ] as const) {
    t.strictSame(await decodeBody(body, coding), isRead ? plain : undefined, `${coding}`)
  }
})

t.test('what has no body is in every coding', async (t) => {
  for (const coding of ['gzip', 'zstd', 'compress', 'gzip, gzip'])
    t.equal((await decodeBody(Buffer.alloc(0), coding))?.length, 0)
})
