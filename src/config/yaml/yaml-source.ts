import { dirname } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { formatKey, type Path, type Problem } from '../config-error.ts'
import type { Fault } from './interpolate.ts'
import { readText } from './read-text.ts'
import { explainSyntaxError, isNestedTooDeep, refused } from './yaml-faults.ts'
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
export function readSource(file: string, env: Record<string, string | undefined>, prefix: Path = []): Source {
  const lines = new LineCounter()
  const { reading, syntax } = read(file, env, lines)
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return line === 0 ? { line: 1, column: 1 } : { line, column: col }
  }
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

function read(
  file: string,
  env: Record<string, string | undefined>,
  lines: LineCounter,
): { reading: Reading; syntax: { offset: number; fault: Fault }[] } {
  const nothing: Reading = { value: undefined, places: new Map(), faults: [] }
  const refuse = (...faults: Fault[]) => ({
    reading: nothing,
    syntax: faults.map((fault) => ({ offset: 0, fault })),
  })
  const found = readText(file)
  if ('reason' in found) return refuse({ message: found.reason, fix: 'correct the path or the file' })
  if (isNestedTooDeep(found.text)) return refuse(refused.depth)

  // Repeated keys are found while the values are read, where the path is known. Pretty errors quote the file.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false }
  const document = parseDocument(found.text, options)
  const errors = [...document.errors, ...document.warnings]
  const syntax = errors.map(({ pos, code }) => ({ offset: pos[0], fault: explainSyntaxError(code) }))
  if (syntax.length > 0) return { reading: nothing, syntax }
  if (document.directives.yaml.version !== '1.2') return refuse(refused.version)
  return { reading: toValues(document.contents, { env, folder: dirname(file) }), syntax }
}
