import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Guard } from './guards.ts'
import { findMarkers, type Marker, turnOff } from './turn-off.ts'

const src = join(import.meta.dirname, '..', '..', 'src')

export interface MarkedPlace extends Marker {
  /** The source file, below `src`. */
  readonly file: string
}

/** All markers of the source. */
export function listMarkers(): MarkedPlace[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .flatMap((file) => findMarkers(readSource(file)).map((marker) => ({ ...marker, file })))
}

export const readSource = (file: string): string => readFileSync(join(src, file), 'utf8')

/**
 * The source file that holds a guard, and its text without the guard.
 *
 * @throws if no marker has its name, or it can't be turned off.
 */
export function withoutGuard(guard: Guard, places: readonly MarkedPlace[]): { file: string; text: string } {
  const place = places.find(({ name }) => name === guard.name)
  if (place === undefined) throw new Error('no marker has this name')
  return { file: place.file, text: turnOff(readSource(place.file), place, guard.off) }
}
