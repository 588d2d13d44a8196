import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { request } from 'undici'
import type { ProviderSetup } from '../kit.ts'
import type { Files } from './files.ts'

const startTimeoutMs = 60_000
const stopTimeoutMs = 3_000
const portalWorkers = 4
const longestOutput = 16_384

/** A program with the processes that it starts, and the beginning of what it said. */
interface Program {
  readonly name: string
  readonly child: ChildProcess
  readonly output: () => string
}

/** The portal under plackup's FastCGI server, and nginx in front of it. */
export interface Programs {
  /** @throws Error with what they said, if one ends or the portal doesn't answer in time. */
  ready(): Promise<void>
  stop(): Promise<void>
}

export function startPrograms({ port, publicUrl }: ProviderSetup, files: Files): Programs {
  const portal = start(
    'plackup',
    [
      ...['-s', 'FCGI', '--env', 'deployment', '--no-default-middleware'],
      ...['--listen', files.socket, '--nproc', String(portalWorkers), '--keep-stderr', '1', files.psgi],
    ],
    {
      LLNG_DEFAULTCONFFILE: files.ini,
      LLNG_DEFAULTLOGGER: 'Lemonldap::NG::Common::Logger::Std',
      // Members of JSON answers in one order, so that two answers can be compared.
      PERL_HASH_SEED: '0',
      PERL_PERTURB_KEYS: '0',
    },
  )
  const nginx = start('nginx', ['-c', files.nginx, '-e', 'stderr'], {})
  const programs = [nginx, portal]

  async function ready(): Promise<void> {
    const deadline = Date.now() + startTimeoutMs
    while (!(await answers(port, publicUrl))) {
      const ended = programs.find(
        ({ child, output }) => hasEnded(child) || output().includes('Initialization failed'),
      )
      if (ended !== undefined || Date.now() > deadline) {
        const what = ended === undefined ? 'the portal does not answer' : `${ended.name} can't start`
        throw new Error(`LemonLDAP::NG: ${what}\n${programs.map(({ output }) => output()).join('')}`)
      }
      await delay(100)
    }
  }
  return {
    ready,
    stop: async () => {
      await Promise.all(programs.map(stopProgram))
    },
  }
}

/** In a process group of its own, so that its workers end with it. */
function start(name: string, args: readonly string[], environment: Record<string, string>): Program {
  let output = ''
  const child = spawn(name, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  const keep = (bytes: Buffer) => {
    if (output.length < longestOutput) output += `${bytes}`
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.on('error', (error) => keep(Buffer.from(`${name}: ${error.message}\n`)))
  return { name, child, output: () => output }
}

async function answers(port: number, publicUrl: string): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${port}/.well-known/openid-configuration`
    const { statusCode, body } = await request(url, { headers: { host: new URL(publicUrl).host } })
    await body.dump()
    return statusCode === 200
  } catch {
    return false
  }
}

function hasEnded({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null || pid === undefined
}

async function stopProgram({ child }: Program): Promise<void> {
  const { pid } = child
  if (pid === undefined) return
  const ended = hasEnded(child) ? Promise.resolve([]) : once(child, 'exit')
  signalGroup(pid, 'SIGTERM')
  await Promise.race([ended, delay(stopTimeoutMs, undefined, { ref: false })])
  // The workers too, should their manager have gone first.
  signalGroup(pid, 'SIGKILL')
  await ended
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group has ended.
  }
}
