import { formatKey, type Path, type Problem } from '../config-error.ts'
import type { Fault } from './interpolate.ts'
import type { Source } from './yaml-source.ts'

/** A file, and the path in the configuration to which its content belongs. */
export interface Layer {
  readonly prefix: Path
  readonly source: Source
}

/** A fault at the position of its key or value; something missing is reported at the mapping that should contain it. */
export function toProblem(
  layers: readonly Layer[],
  path: Path,
  part: 'key' | 'value',
  fault: Fault,
): Problem {
  const place = locate(layers, path, part) ?? { file: '', line: 1, column: 1 }
  return { ...place, key: formatKey(path), ...fault }
}

/** Whether the file that this value comes from has already reported a problem with it. */
export function isFaulty(layers: readonly Layer[], path: Path): boolean {
  return layers.some(
    ({ prefix, source }) => isBelow(prefix, path) && source.isFaulty(path.slice(prefix.length)),
  )
}

/** Problems in the order of a reader of the files. */
export function sortProblems(layers: readonly Layer[], problems: readonly Problem[]): Problem[] {
  const files = layers.map(({ source }) => source.file)
  return problems.toSorted(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  )
}

/** The place of a key or a value; of what is not there, that of the mapping that should contain it. */
export function locate(
  layers: readonly Layer[],
  path: Path,
  part: 'key' | 'value',
): Pick<Problem, 'file' | 'line' | 'column'> | undefined {
  for (const { prefix, source } of layers) {
    const place = isBelow(prefix, path) ? source.locate(path.slice(prefix.length), part) : undefined
    if (place !== undefined) return { file: source.file, ...place }
  }
  return path.length === 0 ? undefined : locate(layers, path.slice(0, -1), 'key')
}

function isBelow(prefix: Path, path: Path): boolean {
  return prefix.every((part, index) => path[index] === part)
}
