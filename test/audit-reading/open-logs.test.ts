import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { LogError } from '../../src/audit-reading/log-error.ts'
import { type Log, openLog, openLogs } from '../../src/audit-reading/open-logs.ts'

const folder = t.testdir({ plain: 'one\n', empty: '', one: 'x' })
const file = (name: string, content: Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

async function read(logs: readonly Log[]): Promise<string> {
  const chunks: Buffer[] = []
  for (const { bytes } of logs) for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

t.test('files, compressed or not, whatever they are called', async (t) => {
  const packed = file('packed.jsonl', gzipSync('two\n'))
  const twice = file('twice', Buffer.concat([gzipSync('three\n'), gzipSync('four\n')]))
  const names = [join(folder, 'plain'), packed, join(folder, 'empty'), twice, join(folder, 'one')]
  t.equal(await read(openLogs(names)), 'one\ntwo\nthree\nfour\nx')
})

t.test('what is piped in, byte by byte', async (t) => {
  const bytes = async function* () {
    for (const byte of gzipSync('piped\n')) yield Buffer.from([byte])
  }
  t.equal(await read([openLog('standard input', bytes())]), 'piped\n')
})

t.test('what can not be read is named', async (t) => {
  const whole = gzipSync('x'.repeat(1000))
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, 10)
  const cases: [name: string, why: RegExp][] = [
    [join(folder, 'none'), /none: there is no such file/],
    [folder, /: is a folder: name the files in it/],
    [file('short', whole.subarray(0, -9)), /short: the gzip file ends too early/],
    [file('damaged', damaged), /damaged: the gzip file is damaged/],
    [`${folder}/plain/below`, /below: can't be read \(ENOTDIR\)/],
  ]
  for (const [name, why] of cases) {
    await t.rejects(read(openLogs([name])), { name: 'LogError', message: why })
  }
  const broken = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('ab')
    throw new Error('gone')
  }
  await t.rejects(
    read([openLog('standard input', broken())]),
    new LogError("standard input: can't be read (unknown)"),
  )
  chmodSync(join(folder, 'plain'), 0)
})
