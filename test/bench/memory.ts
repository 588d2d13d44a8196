import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { freePorts } from '../lab/ports.ts'

// What the gateway holds of the machine's memory, at rest and after many requests: `npm run bench:memory`, with the number
// of requests and options of Node as arguments, such as `npm run bench:memory -- 200000 --max-semi-space-size=16`. Ends
// with 1 if a goal is missed.

const [count, ...nodeOptions] = process.argv.slice(2)
const requests = Number(count ?? 200_000)
const connections = 32
const goals = { rest: 100, load: 200 }
const program = join(import.meta.dirname, '..', '..', 'src', 'main.js')
const folder = mkdtempSync(join(tmpdir(), 'step-up-memory-'))
const print = (text: string): boolean => process.stdout.write(`${text}\n`)

/** Files and pages, as a browser asks for them. */
const bodies: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/app.css': ['text/css', '.a{color:red}'.repeat(160)],
  '/page': ['text/html', `<!doctype html><title>Page</title>${'<p>Text.</p>'.repeat(160)}`],
  '/login': [
    'text/html',
    `<!doctype html><title>Login</title><form method="post" action="/login"><input name="name"></form>${'<p>Text.</p>'.repeat(150)}`,
  ],
}
const paths = Object.keys(bodies)

async function serveOp(publicUrl: string): Promise<number> {
  const metadata = {
    issuer: publicUrl,
    authorization_endpoint: `${publicUrl}/auth`,
    token_endpoint: `${publicUrl}/token`,
    jwks_uri: `${publicUrl}/jwks`,
  }
  const server = createServer(({ url = '' }, response) => {
    const [type, body] = bodies[url] ?? ['application/json', JSON.stringify(metadata)]
    response.setHeader('Content-Type', type)
    response.end(body)
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** In MB, as Linux counts it: all, and what is no file (proc(5)). */
function memoryOf({ pid }: ChildProcess): { readonly all: number; readonly anonymous: number } {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const read = (name: string): number => Number(new RegExp(`^${name}: *(\\d+)`, 'm').exec(rollup)?.[1]) / 1024
  return { all: read('Rss'), anonymous: read('Anonymous') }
}

function show(when: string, child: ChildProcess, goal: number): boolean {
  const { all, anonymous } = memoryOf(child)
  const verdict = all <= goal ? 'ok' : 'missed'
  print(
    `${when.padEnd(26)} ${all.toFixed(0).padStart(4)} MB (${anonymous.toFixed(0)} anonymous), goal ${goal}: ${verdict}`,
  )
  return all <= goal
}

function ask(origin: string, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(`${origin}${path}`, { agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`))
      response.resume().once('end', resolve).once('error', reject)
    }).once('error', reject)
  })
}

async function sendAll(origin: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let sent = 0
  const send = async (): Promise<void> => {
    while (sent < requests) await ask(origin, paths[sent++ % paths.length] ?? '', agent)
  }
  await Promise.all(Array.from({ length: connections }, send))
  agent.destroy()
}

const [port = 0, adminPort = 0] = await freePorts(2)
const publicUrl = `http://localhost:${port}`
const opPort = await serveOp(publicUrl)
const file = join(folder, 'gateway.yaml')
const config = {
  publicUrl,
  listen: { host: '127.0.0.1', port },
  admin: { host: '127.0.0.1', port: adminPort },
  upstream: { url: `http://127.0.0.1:${opPort}` },
  provider: { probe: { clientSecret: 'a-secret-of-the-benchmark', cookies: ['session'] } },
  authsignal: { apiSecretKey: 'a-secret-of-the-benchmark' },
  clients: { web: { mode: 'enforce', redirectUris: ['https://web.example.com/callback'] } },
}
writeFileSync(file, stringify(config))
const gateway = spawn(process.execPath, [...nodeOptions, program, 'start', '--config', file], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
try {
  const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  while (!(await fetch(`http://127.0.0.1:${adminPort}/readyz`).catch(() => undefined))?.ok) {
    if (gateway.exitCode !== null) throw new Error('the gateway ended')
    await settle(50)
  }
  await settle(2000)
  const isLightAtRest = show('at rest', gateway, goals.rest)
  await sendAll(publicUrl)
  const isLightLater = show(`after ${requests} requests`, gateway, goals.load)
  process.exitCode = isLightAtRest && isLightLater ? 0 : 1
} finally {
  gateway.kill()
  await once(gateway, 'close')
  rmSync(folder, { recursive: true })
}
