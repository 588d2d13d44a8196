import { formatKey, type Path, type Problem } from '../config-error.ts'
import type { Fault } from './interpolate.ts'
import type { Source } from './yaml-source.ts'
import { toPlaceId } from './yaml-values.ts'

/** A file, and the path in the configuration to which its content belongs. */
export interface Layer {
  readonly prefix: Path
  readonly source: Source
  /** Not the operator's own words: what is missing is not missing there. */
  readonly isPreset?: true
}

/** All files, the operator's own first. */
export interface Layers {
  readonly all: readonly Layer[]
  /** Those to which what is at a path may belong, in the same order. */
  of(path: Path): readonly Layer[]
}

/** Finds the layers of a path at once: there may be a file for each of ten thousand clients. */
export function arrangeLayers(all: readonly Layer[]): Layers {
  const byPrefix = new Map<string, Layer[]>()
  for (const layer of all) {
    const id = toPlaceId(layer.prefix)
    byPrefix.set(id, [...(byPrefix.get(id) ?? []), layer])
  }
  const lengths = [...new Set(all.map(({ prefix }) => prefix.length))].sort()
  return {
    all,
    of: (path) =>
      lengths
        .filter((length) => length <= path.length)
        .flatMap((length) => byPrefix.get(toPlaceId(path.slice(0, length))) ?? []),
  }
}

/** The longest part of a path that these files have. */
export function findPresent(layers: Layers, path: Path): Path {
  if (path.length === 0 || locateExactly(layers, path, 'key') !== undefined) return path
  return findPresent(layers, path.slice(0, -1))
}

/** Whether the operator wrote it, and not the preset. */
export function isOwn({ isPreset }: Layer): boolean {
  return isPreset !== true
}

/** A fault at the position of its key or value; something missing is reported at the mapping that should contain it. */
export function toProblem(layers: Layers, path: Path, part: 'key' | 'value', fault: Fault): Problem {
  return { ...locate(layers, path, part), key: formatKey(path), ...fault }
}

/** Whether the file that this value comes from has already reported a problem with it. */
export function isFaulty(layers: Layers, path: Path): boolean {
  return layers.of(path).some(({ prefix, source }) => source.isFaulty(path.slice(prefix.length)))
}

/** Problems in the order of a reader of the files. */
export function sortProblems({ all }: Layers, problems: readonly Problem[]): Problem[] {
  const positions = new Map(all.map(({ source }, index) => [source.file, index]))
  // Each is in the file of a layer.
  const positionOf = ({ file }: Problem): number => Number(positions.get(file))
  return problems.toSorted((a, b) => positionOf(a) - positionOf(b) || a.line - b.line || a.column - b.column)
}

export type Place = Pick<Problem, 'file' | 'line' | 'column'>

/** Where a key or value is; for what no file has, the mapping that should contain it. */
export function locate(layers: Layers, path: Path, part: 'key' | 'value'): Place {
  const place = locateExactly(layers, path, part)
  if (place !== undefined) return place
  return path.length === 0 ? { file: '', line: 1, column: 1 } : locate(layers, path.slice(0, -1), 'key')
}

function locateExactly(layers: Layers, path: Path, part: 'key' | 'value'): Place | undefined {
  for (const { prefix, source } of layers.of(path)) {
    const place = source.locate(path.slice(prefix.length), part)
    if (place !== undefined) return { file: source.file, ...place }
  }
  return undefined
}
