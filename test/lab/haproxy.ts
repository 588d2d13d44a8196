import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

/** HAProxy, as Debian installs it. */
const program = process.env['HAPROXY_PATH'] ?? '/usr/sbin/haproxy'

/** Why no balancer can be started here; undefined if one can. */
export const missing: string | undefined = existsSync(program)
  ? undefined
  : 'no haproxy: npm run test:setup installs it, HAPROXY_PATH names another'

/** Ends the program when nobody holds the other end of its input any more, even if that end was killed. */
const guard = 'exec 3<&0; "$@" & own=$!; { cat <&3; kill -9 $own; } > /dev/null 2>&1 & wait $own'

/** One server behind it, and where that tells whether it is ready. */
export interface Balanced {
  readonly name: string
  readonly port: number
  readonly adminPort: number
}

/** How it finds out. */
export interface Checks {
  readonly intervalMs: number
  /** So many failures in a row, and it sends nothing more. */
  readonly fall: number
}

/** A balancer by request that knows no sessions, and never sends a request twice. */
export interface Balancer {
  /** What it wrote about requests that did not end as they should. */
  readonly log: readonly string[]
  /** Resolves once it sends requests to this server, or sends no more. */
  until(name: string, is: 'UP' | 'DOWN'): Promise<void>
  close(): Promise<void>
}

/** Starts it, and waits until it takes all servers for ready. */
export async function startHaproxy(
  port: number,
  servers: readonly Balanced[],
  checks: Checks,
): Promise<Balancer> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-haproxy-'))
  const file = join(folder, 'haproxy.cfg')
  const socket = join(folder, 'admin')
  await writeFile(file, describe(port, servers, checks, socket))
  const shell = spawn('sh', ['-c', guard, 'sh', program, '-db', '-f', file], { stdio: 'pipe' })
  const log: string[] = []
  for (const stream of [shell.stdout, shell.stderr])
    createInterface({ input: stream }).on('line', (line) => log.push(line))
  const balancer = {
    log,
    async until(name: string, is: 'UP' | 'DOWN') {
      while ((await readStatus(socket, name)) !== is) {
        if (shell.exitCode !== null) throw new Error(`haproxy ended:\n${log.join('\n')}`)
        await delay(20)
      }
    },
    async close() {
      await stop(shell)
      await rm(folder, { recursive: true })
    },
  }
  try {
    for (const { name } of servers) await balancer.until(name, 'UP')
    return balancer
  } catch (error) {
    await balancer.close()
    throw error
  }
}

function describe(
  port: number,
  servers: readonly Balanced[],
  { intervalMs, fall }: Checks,
  socket: string,
): string {
  const lines = servers.map((one) => `  server ${one.name} 127.0.0.1:${one.port} check port ${one.adminPort}`)
  return `global
  stats socket ${socket} mode 600 level admin
  log stdout format raw local0
defaults
  mode http
  log global
  option httplog
  option dontlog-normal
  timeout connect 2s
  timeout client 1m
  timeout server 1m
  retries 0
frontend public
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend gateways
backend gateways
  balance roundrobin
  option httpchk GET /readyz
  http-check expect status 200
  timeout check 1s
  default-server inter ${intervalMs}ms fall ${fall} rise 1
${lines.join('\n')}
`
}

/** `UP` or `DOWN`; with what it saw last where it is about to change; undefined while it does not answer. */
async function readStatus(path: string, name: string): Promise<string | undefined> {
  const socket = connect(path)
  try {
    socket.end('show stat\n')
    const rows = (await text(socket)).split('\n').map((line) => line.split(','))
    const column = rows[0]?.indexOf('status') ?? -1
    return rows.find((row) => row[0] === 'gateways' && row[1] === name)?.[column]
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

async function stop(shell: ChildProcess): Promise<void> {
  if (shell.exitCode !== null || shell.signalCode !== null) return
  const ended = once(shell, 'exit')
  shell.stdin?.destroy()
  await ended
}
