import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findBuild } from '../cache.ts'

const folder = findBuild('django-oauth-toolkit', import.meta.dirname, ['requirements.txt'])

/** The Python that `install.sh` gave the packages to. */
export const python = join(folder, 'bin/python')

/** What keeps it from starting, in one line. */
export async function findMissing(): Promise<string | undefined> {
  return existsSync(join(folder, 'installed'))
    ? undefined
    : 'django-oauth-toolkit is not installed: npm run test:providers:setup (needs Python and PyPI)'
}
