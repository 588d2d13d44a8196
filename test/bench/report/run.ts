import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { stringify } from 'yaml'
import { playSignIns } from '../../lab/sign-in-load.ts'
import { multiply } from './multiply.ts'

// How long the commands that read audit lines take, and in how much memory: `npm run bench:report`, with a number of
// lines to try other than a million. Ends with 1 if `report` takes longer than its bound.

const lines = Number(process.argv[2] ?? 1_000_000)
/** For a million lines. */
const boundSeconds = 20
const print = (text: string): boolean => process.stdout.write(`${text}\n`)
const main = join(import.meta.dirname, '..', '..', '..', 'src', 'main.js')
/** Tells at its end what its process needed at most, in KiB. */
const watcher = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.stderr.write('\\nmaxRSS ' + process.resourceUsage().maxRSS))",
)}`

/** The same clients, stricter. */
const stricter = {
  publicUrl: 'https://login.example.com',
  upstream: { url: 'http://127.0.0.1:5000' },
  provider: { preset: 'oidc-provider', probe: { clientSecret: 'a-secret-of-the-benchmark' } },
  authsignal: { apiSecretKey: 'a-secret-of-the-benchmark' },
  clients: {
    web: { mode: 'enforce', redirectUris: ['https://web.example.com/cb'], unenrolled: 'deny' },
    web2: {
      mode: 'enforce',
      redirectUris: ['https://web2.example.com/cb'],
      responseTypes: ['code', 'code id_token'],
    },
    consenting: { mode: 'enforce', redirectUris: ['https://consenting.example.com/cb'] },
  },
}

const folder = await mkdtemp(join(tmpdir(), 'step-up-bench-'))
try {
  const [log, packed, config] = ['audit.jsonl', 'audit.jsonl.gz', 'gateway.yaml'].map((name) =>
    join(folder, name),
  )
  if (!log || !packed || !config) throw new Error('unreachable')
  const written = await playSignIns()
  await pipeline(
    Readable.from(inBlocks(multiply(written, { lines, days: 7, from: Date.UTC(2026, 10, 2) }))),
    createWriteStream(log),
  )
  await pipeline(createReadStream(log), createGzip({ level: 1 }), createWriteStream(packed))
  await writeFile(config, stringify(stricter))
  const [bytes, packedBytes] = [(await stat(log)).size, (await stat(packed)).size]
  print(`${written.flat().length} lines of ${written.length} sign-ins, multiplied to ${lines}`)
  print(`${megabytes(bytes)}, as gzip ${megabytes(packedBytes)}\n`)
  const id = await findSupportId(log)
  const rows: [name: string, args: string[]][] = [
    ['report', ['report', log]],
    ['report --html', ['report', '--html', log]],
    ['report, of gzip', ['report', packed]],
    ['replay', ['replay', '--config', config, log]],
    ['explain', ['explain', id, log]],
  ]
  for (const [name, args] of rows) {
    const { seconds, rss, code } = await measure(args)
    const isLate = name === 'report' && seconds > (boundSeconds * lines) / 1_000_000
    print(
      `${name.padEnd(16)} ${seconds.toFixed(1).padStart(6)} s  ${rss.padStart(8)}${isLate ? '  OVER' : ''}`,
    )
    if (isLate || code !== 0) process.exitCode = 1
  }
} finally {
  await rm(folder, { recursive: true })
}

function* inBlocks(texts: Iterable<string>): Generator<string> {
  let block = ''
  for (const text of texts) {
    block += text
    if (block.length > 1_000_000) {
      yield block
      block = ''
    }
  }
  yield block
}

async function measure(args: string[]): Promise<{ seconds: number; rss: string; code: number }> {
  const before = performance.now()
  const child = spawn(process.execPath, ['--import', watcher, main, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? 1)))
  const [, kib = '0'] = /maxRSS (\d+)$/.exec(errors) ?? []
  if (code !== 0) print(errors)
  return { seconds: (performance.now() - before) / 1000, rss: megabytes(Number(kib) * 1024), code }
}

/** Of a challenge in the middle. */
async function findSupportId(file: string): Promise<string> {
  const middle = Math.floor((await stat(file)).size / 2)
  const texts = await createReadStream(file, {
    encoding: 'utf8',
    start: middle,
    end: middle + 256 * 1024,
  }).toArray()
  for (const text of texts.join('').split('\n').slice(1, -1)) {
    const { audit, verdict, support_id: id } = JSON.parse(text)
    if (audit === 'decision' && verdict === 'challenge') return id
  }
  throw new Error('no challenge in the middle of the log')
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}
