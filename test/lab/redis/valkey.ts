import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findCache } from '../providers/cache.ts'

/** Where Valkey is: installed, or unpacked by install-valkey.sh; undefined if it is not. */
export function findValkey(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(findCache(), 'valkey', 'usr', 'bin')]
  return folders.map((folder) => join(folder, 'valkey-server')).find((path) => existsSync(path))
}
