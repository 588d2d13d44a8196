import { stringify } from 'yaml'
import { makeSafe } from '../terminal/make-safe.ts'
import type { Door, Remedy } from './doors.ts'

/** What is said of one client, or of all. */
export interface DoorGroup {
  readonly title: string
  readonly doors: readonly Door[]
}

/** One line for each title and door, in columns that are the same in all groups. */
export function printDoors(groups: readonly DoorGroup[]): string[] {
  const width = Math.max(0, ...groups.flatMap(({ doors }) => doors.map(({ subject }) => subject.length)))
  const lines = groups.flatMap(({ title, doors }) => [
    title,
    ...doors.map(
      ({ level, subject, meaning, remedy }) =>
        `  ${level.padEnd(6)}  ${subject.padEnd(width)}  ${meaning}${remedy === undefined ? '' : ' -> '}${printRemedy(remedy)}`,
    ),
  ])
  return lines.map(makeSafe)
}

/** A remedy as a line of YAML, or in words; empty if there is none. */
export function printRemedy(remedy: Remedy | undefined): string {
  switch (remedy?.kind) {
    case undefined:
      return ''
    case 'do':
      return remedy.text
    case 'set':
      return `${remedy.key}: ${toYaml(remedy.value)}`
  }
}

function toYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', flowCollectionPadding: false, lineWidth: 0 }).trim()
}
