import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findPackageFolder } from './package-folder.ts'

/** The version of this package, as `package.json` says. */
export function packageVersion(): string {
  const folder = findPackageFolder('presets', 'generic.yaml', import.meta.dirname)
  const { version } = JSON.parse(readFileSync(join(folder, '..', '..', 'package.json'), 'utf8'))
  return version
}
