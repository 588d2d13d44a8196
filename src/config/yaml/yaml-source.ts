import { dirname } from 'node:path'
import { formatKey, type Path, type Problem } from '../config-error.ts'
import type { Fault, Surroundings } from './interpolate.ts'
import { parseYaml, type SyntaxFault } from './parse-yaml.ts'
import { readText } from './read-text.ts'
import { findOddSpace } from './syntax-cause.ts'
import { isNestedTooDeep, refused } from './yaml-faults.ts'
import { type Reading, toPlaceId, toValues } from './yaml-values.ts'

type Place = Pick<Problem, 'line' | 'column'>

/** A YAML file as plain values whose positions are known. */
export interface Source {
  readonly file: string
  /** Interpolated values; undefined where the file has a fault, which is in `problems`. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  /** Whether the file is there and is YAML, so that its values can be checked further. */
  readonly isReadable: boolean
  /** The position of a key or its value; undefined if this file doesn't have it. */
  locate(path: Path, part: 'key' | 'value'): Place | undefined
  /** Whether a problem is already reported for the value at this path, or for one that contains it. */
  isFaulty(path: Path): boolean
}

/**
 * Reads a YAML file. Never throws: what is wrong with it is in `problems`. `prefix` is the place of its content
 * in the configuration, for the keys in problems.
 */
export function readSource(file: string, surroundings: Surroundings, prefix: Path = []): Source {
  const { reading, syntax, placeOf } = read(file, surroundings)
  const faultyValues = new Set(
    reading.faults.filter(({ isValue }) => isValue).map(({ path }) => toPlaceId(path)),
  )
  const faults = [...syntax.map((fault) => ({ path: [], ...fault })), ...reading.faults]
  return {
    file,
    value: reading.value,
    problems: faults.map(({ path, offset, fault }) => {
      return { file, ...placeOf(offset), key: formatKey([...prefix, ...path]), ...fault }
    }),
    isReadable: syntax.length === 0,
    locate(path, part) {
      const place = reading.places.get(toPlaceId(path))
      return place === undefined ? undefined : placeOf(place[part])
    },
    isFaulty: (path) => [...path, ''].some((_, end) => faultyValues.has(toPlaceId(path.slice(0, end)))),
  }
}

interface ReadFile {
  readonly reading: Reading
  readonly syntax: readonly SyntaxFault[]
  readonly placeOf: (offset: number) => Place
}

function read(file: string, surroundings: Surroundings): ReadFile {
  const refuse = (fault: Fault, place: Place = { line: 1, column: 1 }): ReadFile => ({
    reading: nothing,
    syntax: [{ offset: 0, fault }],
    placeOf: () => place,
  })
  const found = readText(file, surroundings.files)
  if ('reason' in found)
    return refuse({ message: found.reason, fix: found.fix ?? 'correct the path or the file' }, found.place)
  if (isNestedTooDeep(found.text)) return refuse(refused.depth)

  const { document, lines, faults } = parseYaml(found.text)
  const oddSpace = findOddSpace(found.text)
  const syntax = oddSpace ? [oddSpace] : faults
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  if (syntax.length > 0) return { reading: nothing, syntax, placeOf }
  if (document.directives.yaml.version !== '1.2') return refuse(refused.version)
  return { reading: toValues(document.contents, surroundings, dirname(file)), syntax, placeOf }
}

const nothing: Reading = { value: undefined, places: new Map(), faults: [] }
