import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where the scripts `install.sh` put what they fetch and build. */
export function findCache(): string {
  return (
    process.env['STEP_UP_LAB_CACHE'] ??
    resolve(import.meta.dirname, '../../../node_modules/.cache/step-up-lab')
  )
}

/**
 * The folder of a build in the cache. Its name holds the hash of what it was built from, so that a change is built anew;
 * `name-build.sh` says the same.
 * @param folder where the files are
 */
export function findBuild(name: string, folder: string, files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(join(folder, file)))
  return join(findCache(), `${name}-${hash.digest('hex').slice(0, 12)}`)
}
