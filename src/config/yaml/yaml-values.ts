import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml'
import type { Path } from '../config-error.ts'
import { type Fault, interpolate, type Surroundings } from './interpolate.ts'
import { findKeyFault, refused } from './yaml-faults.ts'

/** The values of a YAML tree, their positions (offsets into the text), and what could not be read. */
export interface Reading {
  /** Plain values. Undefined stands where a value has a fault. */
  readonly value: unknown
  /** Offsets of keys and values, by `toPlaceId(path)`. The key of a list item is its value. */
  readonly places: ReadonlyMap<string, { key: number; value: number }>
  readonly faults: readonly { path: Path; offset: number; isValue: boolean; fault: Fault }[]
}

/** A path as a map key. */
export function toPlaceId(path: Path): string {
  return JSON.stringify(path)
}

/** `toPlaceId([...path, key])`, of the id of the path. */
function idBelow(id: string, key: string | number): string {
  return `${id.slice(0, -1)}${id === '[]' ? '' : ','}${JSON.stringify(key)}]`
}

/**
 * Turns a YAML tree into plain values, with references in strings resolved. Aliases and tags are refused.
 *
 * @param folder to which references to files are relative.
 */
export function toValues(root: ParsedNode | null, surroundings: Surroundings, folder: string): Reading {
  const places = new Map<string, { key: number; value: number }>()
  const faults: { path: Path; offset: number; isValue: boolean; fault: Fault }[] = []

  const refuseValue = (path: Path, node: ParsedNode, fault: Fault): undefined => {
    faults.push({ path, offset: node.range[0], isValue: true, fault })
  }

  const toValue = (node: ParsedNode | null, path: Path, id: string): unknown => {
    if (node === null) return null
    if (isAlias(node)) return refuseValue(path, node, refused.alias)
    if (node.tag !== undefined) return refuseValue(path, node, refused.tag)
    if (isMap(node)) return toMapping(node.items, path, id)
    if (isSeq(node))
      return node.items.map((item, index) => toItem(item, [...path, index], idBelow(id, index)))
    if (typeof node.value !== 'string') return node.value
    const found = interpolate(node.value, surroundings, folder)
    for (const fault of found.faults) refuseValue(path, node, fault)
    return found.faults.length > 0 ? undefined : found.value
  }

  const toItem = (node: ParsedNode, path: Path, id: string): unknown => {
    places.set(id, { key: node.range[0], value: node.range[0] })
    return toValue(node, path, id)
  }

  const toMapping = (pairs: YAMLMap.Parsed['items'], path: Path, id: string): Record<string, unknown> => {
    const mapping: Record<string, unknown> = {}
    for (const { key, value } of pairs) {
      const [offset] = key.range
      const name = isScalar(key) && key.tag === undefined ? key.value : undefined
      const fault = findKeyFault(name)
      if (fault !== undefined) {
        // Without the keys that it merges, more seems to be missing than is.
        faults.push({ path, offset, isValue: fault === refused.merge, fault })
        continue
      }
      const at = [...path, String(name)]
      const idAt = idBelow(id, String(name))
      if (places.has(idAt)) {
        faults.push({ path: at, offset, isValue: false, fault: refused.duplicate })
        continue
      }
      places.set(idAt, { key: offset, value: value?.range[0] ?? offset })
      mapping[String(name)] = toValue(value, at, idAt)
    }
    return mapping
  }

  places.set(toPlaceId([]), { key: 0, value: 0 })
  return { value: toValue(root, [], toPlaceId([])), places, faults }
}
