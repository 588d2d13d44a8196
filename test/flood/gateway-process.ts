import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import type { Yaml } from '../lab/start-gateway.ts'

const root = join(import.meta.dirname, '..', '..')

/** A gateway in a process of its own, as an operator starts it. */
export interface GatewayProcess {
  /** Whether it still runs. */
  isUp(): boolean
  /** What it takes at the moment and took at most, in MiB (`VmRSS`, `VmHWM` of Linux). */
  readMemory(): { readonly rss: number; readonly peak: number }
  /** The last of what it wrote: why it ended, if it did. */
  lastWords(): string
  close(): Promise<void>
}

/** @param heapMib the limit of its heap (`--max-old-space-size`). */
export async function startGatewayProcess(
  yaml: Yaml,
  adminUrl: string,
  heapMib: number,
): Promise<GatewayProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'flood-'))
  const file = join(folder, 'gateway.yaml')
  await writeFile(file, stringify(yaml))
  const loader = '--import=./test/strip-types.mjs'
  const program = [join(root, 'src', 'main.ts'), 'start', '--config', file]
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMib}`, loader, ...program], {
    cwd: root,
  })
  let written = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-4000)
    })
  const gateway = {
    isUp: () => isUp(child),
    readMemory: () => readMemory(child),
    lastWords: () => written,
    async close() {
      if (isUp(child)) {
        const ended = once(child, 'close')
        child.kill('SIGTERM')
        // Connections that a flood left open would be waited for.
        child.kill('SIGTERM')
        await ended
      }
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
