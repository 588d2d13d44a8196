import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePorts } from '../../ports.ts'
import type { ApplicationPlan } from '../../providers/kit.ts'
import { type ApacheSetup, describeApache, ERROR_TEMPLATE, PROTECTED_PAGE } from './configuration.ts'

export const APACHE = '/usr/sbin/apache2'
const START_SECONDS = 15

/** An apache2 that answers. */
export interface Apache {
  readonly port: number
  close(): Promise<void>
}

/** Starts one apache2 on a free loopback port, with a virtual host for each application, in a scratch folder. */
export async function startApache(
  issuer: string,
  hosts: readonly (ApplicationPlan & { readonly host: string })[],
): Promise<Apache> {
  const [port = 0] = await freePorts(1)
  const folder = await mkdtemp(join(tmpdir(), 'step-up-apache-'))
  const isRoot = process.getuid?.() === 0
  const passphrase = randomBytes(24).toString('hex')
  await writeFiles({ folder, port, issuer, passphrase, hosts, ...(isRoot && { user: 'www-data' }) })
  const child = spawn(APACHE, ['-f', join(folder, 'apache2.conf'), '-D', 'FOREGROUND'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stop = () => child.kill('SIGTERM')
  process.once('exit', stop)
  const close = async () => {
    process.off('exit', stop)
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilListening(child, port, folder)
  } catch (error) {
    await close()
    throw error
  }
  return { port, close }
}

/** Apache's workers may be another user than we are: they read the folder, and write the cache. */
async function writeFiles(setup: ApacheSetup): Promise<void> {
  const { folder } = setup
  await chmod(folder, 0o755)
  const cache = join(folder, 'cache')
  await mkdir(cache)
  await chmod(cache, 0o777)
  await writeFile(join(folder, 'page.html'), PROTECTED_PAGE)
  await writeFile(join(folder, 'error.html'), ERROR_TEMPLATE)
  await writeFile(join(folder, 'apache2.conf'), describeApache(setup), { mode: 0o600 })
}

async function untilListening(child: ChildProcess, port: number, folder: string): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8')
  })
  const failed = once(child, 'error').then(([error]) => {
    said += String(error)
  })
  for (let tries = 0; tries < START_SECONDS * 20; tries++) {
    if (child.exitCode !== null || said.includes('ENOENT')) break
    if (await isListening(port)) return
    await Promise.race([failed, setTimeout(50)])
  }
  const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')
  throw new Error(`apache2 did not start: ${said.trim()} ${log.split('\n').slice(-6).join('\n')}`)
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
