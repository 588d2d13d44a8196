import { type ChildProcess, fork, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'

// The processes of the benchmark: what is measured has one core, all else has the other.

export const core = { ofOthers: 0, ofMeasured: 1 }

const main = join(import.meta.dirname, '..', '..', 'src', 'main.js')

/** Starts processes, and ends all of them. */
export interface Processes {
  /** For files that processes need; gone in the end. */
  readonly folder: string
  /** One of ours, which is talked to by `ask`. @param file below this folder. @param flags of Node. */
  fork(file: string, flags?: readonly string[]): ChildProcess
  /** Any program, on the core of what is measured. Its log goes into a file. */
  run(program: string, args: readonly string[], env?: Record<string, string>): ChildProcess
  /** A gateway, ready. @param env more of the environment. */
  startGateway(
    name: string,
    yaml: object,
    adminPort: number,
    env?: Record<string, string>,
  ): Promise<ChildProcess>
  /** Ends all, and does not wait for it. */
  close(): void
}

export function createProcesses(): Processes {
  const folder = mkdtempSync(join(tmpdir(), 'step-up-bench-'))
  const children: ChildProcess[] = []
  const keep = (child: ChildProcess): ChildProcess => {
    children.push(child)
    return child
  }
  const run: Processes['run'] = (program, args, env = {}) => {
    // What is written is written: to a file, as to the pipe of a container, and not to nowhere.
    const log = openSync(join(folder, 'log'), 'a')
    const stdio: StdioOptions = ['ignore', log, log]
    const words = ['-c', `${core.ofMeasured}`, program, ...args]
    return keep(spawn('taskset', words, { stdio, env: { ...process.env, ...env } }))
  }
  return {
    folder,
    fork(file, flags = []) {
      const words = ['-c', `${core.ofOthers}`, process.execPath, ...flags]
      return keep(fork(join(import.meta.dirname, file), { execPath: 'taskset', execArgv: words }))
    },
    run,
    async startGateway(name, yaml, adminPort, env) {
      const file = join(folder, `${name}.yaml`)
      writeFileSync(file, stringify(yaml))
      const gateway = run(process.execPath, [main, 'start', '--config', file], env)
      await untilReady(gateway, `http://127.0.0.1:${adminPort}/readyz`, folder)
      return gateway
    },
    close() {
      // Apache would leave its workers behind if it were killed.
      for (const child of children) child.kill('SIGTERM')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Waits until an address answers. @throws Error with the end of the log, if the process ends instead. */
export async function untilReady(child: ChildProcess, url: string, folder: string): Promise<void> {
  for (;;) {
    const { ok } = await fetch(url).catch(() => ({ ok: false }))
    if (ok) return
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`it ended: ${readFileSync(join(folder, 'log'), 'utf8').slice(-1000)}`)
    await sleep(50)
  }
}

/** Sends a message, and waits for its answer. @throws Error with what the answer names as its `error`. */
export async function ask<Answer>(child: ChildProcess, message: object): Promise<Answer> {
  const answered = once(child, 'message')
  child.send(message)
  const [answer] = await answered
  if (answer?.error !== undefined) throw new Error(answer.error)
  return answer
}

/** What a process, its threads and its children have computed so far, in seconds (proc(5)). */
export function cpuSeconds(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`
  const seconds = readdirSync(tasks).map((task) => {
    const [nanoseconds = 0] = readFileSync(join(tasks, task, 'schedstat'), 'utf8')
      .split(' ')
      .map(Number)
    const children = readFileSync(join(tasks, task, 'children'), 'utf8')
      .split(' ')
      .filter(Boolean)
    return children.reduce((sum, child) => sum + cpuSeconds(Number(child)), nanoseconds / 1e9)
  })
  return seconds.reduce((sum, one) => sum + one, 0)
}
