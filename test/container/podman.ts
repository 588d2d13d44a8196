import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findBuild } from '../lab/providers/cache.ts'

/** The project's folder. */
export const root = join(import.meta.dirname, '../..')

/** What setup.sh made. */
export const setUp = findBuild('container', import.meta.dirname, ['setup.sh', '../node/versions.json'])
export const base = 'localhost/step-up-base'

const env = {
  ...process.env,
  CONTAINERS_STORAGE_CONF: join(setUp, 'storage.conf'),
  CONTAINERS_CONF: join(setUp, 'containers.conf'),
  // No systemd runs health checks here: the tests do.
  DISABLE_HC_SYSTEMD: 'true',
}
const run = promisify(execFile)

/** Runs a program with podman's settings. @throws what it wrote if it fails; an object with `code`, `stdout`, `stderr` */
export async function runWithPodman(program: string, args: readonly string[], more = {}): Promise<string> {
  const options = { env: { ...env, ...more }, cwd: root, maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await run(program, args, options)
  return stdout.trim()
}

/** What podman answers. */
export const podman = (...args: readonly string[]): Promise<string> => runWithPodman('podman', args)

/** Makes the base known to podman. @throws Error if it is not there */
export async function importBase(): Promise<void> {
  const file = join(setUp, 'base.tar')
  if (!existsSync(file)) throw new Error('there is no base for containers: npm run test:container:setup')
  const isKnown = await podman('image', 'exists', base).then(
    () => true,
    () => false,
  )
  if (!isKnown) await podman('import', file, base)
}
