import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findPackageFolder } from './package-folder.ts'

export const findPresetsFolder = (from: string = import.meta.dirname): string =>
  findPackageFolder('presets', 'generic.yaml', from)

/** The names of the presets that exist. */
export function listPresets(): string[] {
  return readdirSync(findPresetsFolder())
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

/** The file of a preset; undefined if none has that name. */
export function findPreset(name: string): string | undefined {
  return listPresets().includes(name) ? join(findPresetsFolder(), `${name}.yaml`) : undefined
}
