import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * A folder of the package's `config`, whether this file runs from src or from dist/src.
 *
 * @param witness a file that is in it.
 * @param from where the search begins; it goes up from there.
 */
export function findPackageFolder(name: string, witness: string, from: string): string {
  const folder = join(from, 'config', name)
  if (existsSync(join(folder, witness))) return folder
  if (dirname(from) === from) throw new Error(`the package lacks its folder config/${name}`)
  return findPackageFolder(name, witness, dirname(from))
}
