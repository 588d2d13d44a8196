import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { findCache } from '../cache.ts'

const version = readFileSync(new URL('VERSION', import.meta.url), 'utf8').trim()

/** Where `install.sh` puts Keycloak. */
export function findDistribution(): string {
  return resolve(findCache(), `keycloak-${version}`)
}

/** What keeps Keycloak from starting, in one line. */
export async function findMissing(): Promise<string | undefined> {
  const folder = findDistribution()
  if (!existsSync(resolve(folder, 'template/keycloakdb.mv.db')))
    return `Keycloak ${version} is not installed: test/lab/providers/keycloak/install.sh (needs Java and Maven Central)`
  try {
    await promisify(execFile)('java', ['-version'])
    return undefined
  } catch {
    return 'Keycloak needs Java 17 or newer: there is no program java'
  }
}
