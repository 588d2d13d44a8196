import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import type { Yaml } from './start-gateway.ts'

const root = join(import.meta.dirname, '..', '..')

/** A gateway in a process of its own, as an operator starts it. */
export interface GatewayProcess {
  /** Whether it still runs. */
  isUp(): boolean
  /** What it takes at the moment and took at most, in MiB (`VmRSS`, `VmHWM` of Linux). */
  readMemory(): { readonly rss: number; readonly peak: number }
  /** The last of what it wrote: why it ended, if it did. */
  lastWords(): string
  /** Asks it to end (SIGTERM), and waits until it has; its exit code, or the signal that ended it. */
  end(): Promise<number | NodeJS.Signals>
  /** Ends it at once. */
  close(): Promise<void>
}

export interface GatewayProcessOptions {
  readonly adminUrl: string
  /** The limit of its heap (`--max-old-space-size`). */
  readonly heapMib?: number
  /** What runs: the sources, or what `npm run build` made of them. */
  readonly program?: 'source' | 'built'
  /** Is told each line of its log. */
  readonly onLine?: (line: string) => void
}

const programs = {
  source: ['--import=./test/strip-types.mjs', join(root, 'src', 'main.ts')],
  built: [join(root, 'dist', 'src', 'main.js')],
}

/** Starts it from what its configuration file would hold, and waits until it is ready. */
export async function startGatewayProcess(
  yaml: Yaml,
  { adminUrl, heapMib, program = 'source', onLine = () => undefined }: GatewayProcessOptions,
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'step-up-process-'))
  const file = join(folder, 'gateway.yaml')
  await writeFile(file, stringify(yaml))
  const heap = heapMib === undefined ? [] : [`--max-old-space-size=${heapMib}`]
  const child = spawn(process.execPath, [...heap, ...programs[program], 'start', '--config', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      written = `${written}${line}\n`.slice(-4000)
      onLine(line)
    })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  const gateway = {
    isUp: () => isUp(child),
    readMemory: () => readMemory(child),
    lastWords: () => written,
    end() {
      child.kill('SIGTERM')
      return ended
    },
    async close() {
      child.kill('SIGTERM')
      // Connections that are still open would be waited for.
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
  try {
    await untilReady(gateway, adminUrl)
    return gateway
  } catch (error) {
    await gateway.close()
    throw error
  }
}

const isUp = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

async function untilReady(gateway: GatewayProcess, adminUrl: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${adminUrl}/readyz`).catch(() => undefined)
    if (answer?.status === 200) return
    if (!gateway.isUp()) throw new Error(`the gateway ended: ${gateway.lastWords()}`)
    await sleep(100)
  }
}

function readMemory({ pid }: ChildProcess): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  return { rss: read('VmRSS'), peak: read('VmHWM') }
}
