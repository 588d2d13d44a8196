import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'

/** How to start a server that nobody here wrote. */
export interface ProgramOptions {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** An address that answers 200 as soon as it is ready. */
  readonly ready: string
  /** The Host to ask for there. */
  readonly host: string
}

/** A server that runs. */
export interface Program {
  stop(): Promise<void>
}

const startTimeoutMs = 120_000
const longestLog = 16_384

/** Ends the program when nobody holds the other end of its input any more, even if that end was killed. */
const guard = 'exec 3<&0; "$@" & program=$!; { cat <&3; kill -9 $program; } > /dev/null 2>&1 & wait $program'

/**
 * Starts it, and waits until it answers. Its data are thrown away, so that its end need not be orderly.
 * @throws Error with the end of what it said if it ends or does not answer in time
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { name, command, env } = options
  const child = spawn('sh', ['-c', guard, 'sh', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let said = ''
  const keep = (bytes: Buffer | string) => {
    said = `${said}${bytes}`.slice(-longestLog)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', ({ message }) => keep(message))
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(options))) {
    if (!hasEnded(child) && Date.now() < deadline) await delay(100)
    else {
      await stop(child)
      throw new Error(`${name} does not answer:\n${said}`)
    }
  }
  return { stop: () => stop(child) }
}

async function answers({ ready, host }: ProgramOptions): Promise<boolean> {
  try {
    const { statusCode, body } = await request(ready, { headers: { host } })
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.stdin?.destroy()
  await ended
}
