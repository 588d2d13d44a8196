import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient } from '@redis/client'
import { freePorts } from '../ports.ts'

/** Redis or Valkey, as it is installed. */
const program =
  process.env['REDIS_SERVER_PATH'] ??
  ['redis-server', 'valkey-server']
    .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find((path) => existsSync(path))

/** Why no server can be started here; undefined if one can. */
export const missing: string | undefined =
  program !== undefined && existsSync(program)
    ? undefined
    : 'no redis-server: npm run test:setup installs it, REDIS_SERVER_PATH names another'

/** What it says of itself, such as `Redis server v=7.0.15 …`. */
export const version = (): string => execFileSync(String(program), ['--version'], { encoding: 'utf8' }).trim()

/** Ends the server when nobody holds the other end of its input any more, even if that end was killed. */
const guard = 'exec 3<&0; "$@" & server=$!; { cat <&3; kill -9 $server; } > /dev/null 2>&1 & wait $server'

/** One server process, with its data in a folder of its own. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Where a node of a cluster talks to the others. */
  readonly bus: number
  /** One command, over a connection of its own. */
  command(...words: string[]): Promise<unknown>
  /** Stops it without an end: its connections stay open, and nothing answers. */
  freeze(): void
  thaw(): void
  /** It is gone at once. */
  kill(): Promise<void>
  /** Starts it again, on the same port and with nothing in it. */
  restart(...more: string[]): Promise<void>
  close(): Promise<void>
}

export interface RedisServerOptions {
  /** Lines of a configuration file, as words behind two dashes. */
  readonly words?: readonly string[]
  /** How the test itself signs in, where the default user can't. */
  readonly as?: { readonly username?: string; readonly password: string }
  /** Options of the test's own socket, where the server speaks TLS only. */
  readonly tls?: { readonly ca: string }
  readonly port?: number
  /** It is a sentinel, with this file. */
  readonly sentinel?: string
  /** It is a node of a cluster. */
  readonly isNode?: boolean
}

/** Starts it, and waits until it accepts connections. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-redis-'))
  const [another = 0, bus = 0] = await freePorts(2)
  const free = options.port ?? another
  const place = ['--dir', folder, '--bind', '127.0.0.1']
  // Its usual port, the other one and 10,000, may be taken.
  const node = options.isNode ? ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`] : []
  const usual = options.sentinel
    ? [options.sentinel, ...place, '--sentinel']
    : [...place, '--save', '', '--appendonly', 'no', ...node]
  const listen = options.tls ? ['--port', '0', '--tls-port', `${free}`] : ['--port', `${free}`]
  const start = (more: readonly string[]) => run([...usual, ...listen, ...(options.words ?? []), ...more])
  let server = await start([])
  return {
    port: free,
    bus,
    url: `${options.tls ? 'rediss' : 'redis'}://127.0.0.1:${free}`,
    async command(...words) {
      const plain = { host: '127.0.0.1', port: free, reconnectStrategy: false } as const
      const socket = options.tls ? ({ ...plain, tls: true, ...options.tls } as const) : plain
      const client = createClient({ ...options.as, socket, maintNotifications: 'disabled' })
      client.on('error', () => undefined)
      await client.connect()
      return client.sendCommand(words).finally(() => client.destroy())
    },
    freeze: () => void process.kill(server.pid, 'SIGSTOP'),
    thaw: () => void process.kill(server.pid, 'SIGCONT'),
    kill: () => stop(server.shell),
    async restart(...more) {
      await stop(server.shell)
      server = await start(more)
    },
    async close() {
      await stop(server.shell)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** @throws Error with what it said, if it ends instead */
async function run(words: readonly string[]): Promise<{ shell: ChildProcess; pid: number }> {
  const shell = spawn('sh', ['-c', guard, 'sh', String(program), ...words], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const said: string[] = []
  for await (const line of createInterface({ input: shell.stdout })) {
    said.push(line)
    if (!/Ready to accept connections|\+monitor /.test(line)) continue
    const [, pid] = /pid=(\d+)/.exec(said.join('\n')) ?? []
    shell.stdout.resume()
    return { shell, pid: Number(pid) }
  }
  throw new Error(`${program} does not start:\n${said.join('\n')}`)
}

async function stop(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return
  const ended = once(shell, 'exit')
  shell.stdin?.destroy()
  await ended
}
