import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of presets: config/presets in the package, whether this file runs from src or from dist/src. */
export function findPresetsFolder(from: string = import.meta.dirname): string {
  const folder = join(from, 'config', 'presets')
  if (existsSync(join(folder, 'generic.yaml'))) return folder
  if (dirname(from) === from) throw new Error('the package lacks its folder config/presets')
  return findPresetsFolder(dirname(from))
}

/** The names of the presets that exist. */
export function listPresets(): string[] {
  return readdirSync(findPresetsFolder())
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort()
}

/** The file of a preset; undefined if there is none of that name. */
export function findPreset(name: string): string | undefined {
  return listPresets().includes(name) ? join(findPresetsFolder(), `${name}.yaml`) : undefined
}
