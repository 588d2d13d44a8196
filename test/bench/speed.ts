import { type ChildProcess, execFileSync, fork, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { freePorts } from '../lab/ports.ts'
import type { Measured, Round } from './speed/load.ts'
import { type Work, works } from './speed/work.ts'

// The price of standing in the way: `npm run bench`, or `npm run bench -- --quick`, with parts of names for only some rows.
// The gateway, a bare proxy of Node's http server and undici ("raw"), and @fastify/http-proxy as it comes ("plugin") take
// turns at one core; the OP and the load have the other. Prints ratios of medians; ends with 1 if one misses its goal.

const { values: options, positionals: words } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
  allowPositionals: true,
})
const rounds = options.quick ? 3 : 9
const milliseconds = options.quick ? 1000 : 2000
const connections = 32

const kinds = ['raw', 'plugin', 'gateway', 'gateway again'] as const
type Kind = (typeof kinds)[number]

interface Sample extends Measured {
  /** The processor's time of the proxy, in microseconds a request. */
  readonly cpu: number
}

const children: ChildProcess[] = []
const folder = mkdtempSync(join(tmpdir(), 'step-up-bench-'))
const here = (file: string): string => join(import.meta.dirname, 'speed', file)
const print = (text: string): boolean => process.stdout.write(`${text}\n`)

function onCore<Child extends ChildProcess>(core: number, child: Child): Child {
  children.push(child)
  if (child.pid !== undefined) execFileSync('taskset', ['-a', '-pc', `${core}`, `${child.pid}`])
  return child
}

async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answered = once(child, 'message')
  child.send(message)
  return (await answered)[0]
}

/** Of a process and all its threads, in seconds (proc(5)). */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const ticks = Number(fields[11]) + Number(fields[12])
  return ticks / 100
}

async function isReady(url: string): Promise<void> {
  for (;;) {
    const { ok } = await fetch(url).catch(() => ({ ok: false }))
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function describeGateway(publicUrl: string, port: number, adminPort: number, opPort: number): object {
  return {
    publicUrl,
    listen: { host: '127.0.0.1', port },
    admin: { host: '127.0.0.1', port: adminPort },
    upstream: { url: `http://127.0.0.1:${opPort}` },
    provider: {
      preset: 'oidc-provider',
      issuer: publicUrl,
      probe: { clientSecret: 'a-secret-of-the-benchmark' },
    },
    authsignal: {
      apiUrl: 'http://127.0.0.1:9',
      apiSecretKey: 'a-secret-of-the-benchmark',
      challengeHosts: ['http://127.0.0.1:9'],
    },
    passkeys: {
      tenantId: 'lab',
      signIn: {
        loginPaths: ['/sign-in'],
        jwt: {
          path: '{page}/passkey',
          algorithm: 'HS256',
          secret: 'a-secret-of-the-benchmark-with-32-bytes',
        },
      },
    },
    clients: { web: { mode: 'enforce', redirectUris: ['https://app.example.com/cb'] } },
    protectedPaths: [{ path: '/profile' }],
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN

async function start() {
  const [port = 0, adminPort = 0, rawPort = 0, pluginPort = 0] = await freePorts(4)
  const publicUrl = `http://localhost:${port}`
  const op = onCore(0, fork(here('op.js')))
  const opPort = await ask<number>(op, { publicUrl })
  const load = onCore(0, fork(here('load.js')))
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, stringify(describeGateway(publicUrl, port, adminPort, opPort)))
  const main = join(import.meta.dirname, '..', '..', 'src', 'main.js')
  const quiet: SpawnOptions = { stdio: ['ignore', 'ignore', 'inherit'] }
  const run = (...args: string[]) => onCore(1, spawn(process.execPath, args, quiet))
  const gateway = run(main, 'start', '--config', file)
  const raw = run(here('proxies.js'), 'raw', `${rawPort}`, `${opPort}`)
  const plugin = run(here('proxies.js'), 'plugin', `${pluginPort}`, `${opPort}`)
  const path = '/.well-known/openid-configuration'
  await isReady(`http://127.0.0.1:${adminPort}/readyz`)
  await Promise.all([rawPort, pluginPort].map((one) => isReady(`http://127.0.0.1:${one}${path}`)))
  const proxies: Record<Kind, { readonly child: ChildProcess; readonly port: number }> = {
    raw: { child: raw, port: rawPort },
    plugin: { child: plugin, port: pluginPort },
    gateway: { child: gateway, port },
    'gateway again': { child: gateway, port },
  }
  return async (kind: Kind, work: Work, length: number): Promise<Sample> => {
    const { child, port: at } = proxies[kind]
    const before = cpuSeconds(child)
    const round: Round = {
      port: at,
      host: `localhost:${port}`,
      work: work.name,
      connections,
      milliseconds: length,
    }
    const measured = await ask<Measured & { error?: string }>(load, round)
    if (measured.error) throw new Error(`${kind}, ${work.name}: ${measured.error}`)
    return { ...measured, cpu: ((cpuSeconds(child) - before) / measured.requests) * 1e6 }
  }
}

try {
  const measure = await start()
  const chosen = works.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
  const width = Math.max(...chosen.map(({ name }) => name.length))
  print(`${''.padEnd(width)}  speed ÷ plugin  goal   CPU ÷ raw  goal   p99 ÷ raw  A/A   raw µs   gateway µs`)
  const results = []
  let missed = 0
  for (const work of chosen) {
    const samples = Object.fromEntries(kinds.map((kind) => [kind, [] as Sample[]])) as Record<Kind, Sample[]>
    for (const kind of kinds) await measure(kind, work, milliseconds / 2)
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) samples[kind].push(await measure(kind, work, milliseconds))
    }
    const of = (kind: Kind, what: 'cpu' | 'p99'): number =>
      median(samples[kind].map((sample) => sample[what]))
    const speed = (kind: Kind): number =>
      median(samples[kind].map(({ requests, seconds }) => requests / seconds))
    const row = {
      name: work.name,
      goal: work.goal,
      speed: speed('gateway') / speed('plugin'),
      speedOfRaw: speed('gateway') / speed('raw'),
      cpu: of('gateway', 'cpu') / of('raw', 'cpu'),
      p99: of('gateway', 'p99') / of('raw', 'p99'),
      noise: speed('gateway') / speed('gateway again'),
      microseconds: { raw: of('raw', 'cpu'), plugin: of('plugin', 'cpu'), gateway: of('gateway', 'cpu') },
      status: samples.gateway[0]?.status,
      odd: samples.gateway.reduce((sum, { odd }) => sum + odd, 0),
    }
    const isMet = row.speed >= work.goal.speed && row.cpu <= work.goal.cpu
    if (!isMet) missed += 1
    results.push(row)
    print(
      [
        work.name.padEnd(width),
        row.speed.toFixed(2).padStart(15),
        work.goal.speed.toFixed(2).padStart(5),
        row.cpu.toFixed(2).padStart(11),
        work.goal.cpu.toFixed(1).padStart(5),
        row.p99.toFixed(2).padStart(11),
        row.noise.toFixed(2).padStart(5),
        row.microseconds.raw.toFixed(0).padStart(8),
        row.microseconds.gateway.toFixed(0).padStart(11),
        isMet ? '' : 'MISSED',
      ].join('  '),
    )
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, undefined, 2)}\n`)
  print(`\n${chosen.length} rows, ${missed} missed`)
  process.exitCode = missed === 0 ? 0 : 1
} finally {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true })
}
