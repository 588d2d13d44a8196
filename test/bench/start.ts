import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { median } from './line.ts'
import { cpuSeconds } from './processes.ts'

// How long the gateway takes from its start until it listens, with many clients: `npm run bench:start`, or
// `npm run bench:start -- 9` for nine runs of each. Prints medians, of the clock and of the processor's time.

const runs = Number(process.argv[2] ?? 5)
const clients = Array.from({ length: 10_000 }, (_, at) => `client-${at}`)
const program = join(import.meta.dirname, '..', '..', 'src', 'main.js')

const base = `publicUrl: https://login.example.com
listen: { host: 127.0.0.1, port: 0 }
admin: { host: 127.0.0.1, port: 0 }
upstream: { url: http://127.0.0.1:9 }
provider: { probe: { clientSecret: probe-s3cret, cookies: [session] } }
authsignal: { apiSecretKey: tenant-s3cret }
defaults: { remember: 1h, send: [username, email] }
`
const redirectUris = (client: string): string => `redirectUris: [https://${client}.example.com/signin-oidc]`
const inOneFile = clients.map((client) => `  ${client}: { mode: enforce, ${redirectUris(client)} }\n`)

const configurations: Readonly<Record<string, (folder: string) => string>> = {
  'no client': () => base,
  '10,000 clients in one file': () => `${base}clients:\n${inOneFile.join('')}`,
  '10,000 files in clientsDir': (folder) => {
    for (const client of clients)
      writeFileSync(join(folder, `${client}.yaml`), `mode: enforce\n${redirectUris(client)}\n`)
    return `${base}clientsDir: clients.d\n`
  },
}

/** Milliseconds. */
interface Took {
  readonly clock: number
  readonly processor: number
}

/** Starts a gateway, and ends it once it listens. */
async function startOnce(file: string): Promise<Took> {
  const begun = performance.now()
  const child = spawn(process.execPath, [program, 'start', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  let took: Took | undefined
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    // The public listener opens last.
    if (took || !output.includes('"msg":"listening"')) return
    took = { clock: performance.now() - begun, processor: cpuSeconds(child.pid) * 1000 }
    child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.once('close', resolve))
  if (!took) throw new Error(`the gateway ended: ${output}`)
  return took
}

const print = (text: string) => process.stdout.write(`${text}\n`)
print(`${'medians of'.padEnd(28)} ${'clock'.padStart(9)} ${'processor'.padStart(11)}`)
for (const [name, write] of Object.entries(configurations)) {
  const folder = mkdtempSync(join(tmpdir(), 'step-up-start-'))
  try {
    mkdirSync(join(folder, 'clients.d'))
    const file = join(folder, 'gateway.yaml')
    writeFileSync(file, write(join(folder, 'clients.d')))
    const took: Took[] = []
    for (let run = 0; run < runs; run++) took.push(await startOnce(file))
    const [clock, processor] = [
      median(took.map((one) => one.clock)),
      median(took.map((one) => one.processor)),
    ]
    print(
      `${name.padEnd(28)} ${`${clock.toFixed(0)} ms`.padStart(9)} ${`${processor.toFixed(0)} ms`.padStart(11)}`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
print(`load of the machine: ${loadavg()[0]?.toFixed(1)}`)
