import type { Path } from '../config-error.ts'
import { describePath } from '../json-schema.ts'
import type { LocatedFault, Schema } from './explain-issue.ts'
import { isMapping, nest, overlay } from './values.ts'

/**
 * Says once for each section what is missing in it and what to write, and where.
 *
 * @param findPresent the longest part of a path that the operator's own files have.
 */
export function groupMissing(
  faults: readonly LocatedFault[],
  schema: Schema,
  findPresent: (path: Path) => Path,
): LocatedFault[] {
  const groups = new Map<string, { at: Path; paths: Path[] }>()
  for (const { path } of faults) {
    const at = path.slice(0, findPresent(path).length + 1)
    const group = groups.get(JSON.stringify(at)) ?? { at, paths: [] }
    group.paths.push(path)
    groups.set(JSON.stringify(at), group)
  }
  return [...groups.values()].map(({ at, paths }) => {
    const section = at.slice(0, -1)
    const wanted = paths
      .map((path) => nest(path.slice(section.length), exampleOf(describePath(schema, path))))
      .reduce(overlay)
    // Every key has a description.
    const why = describePath(schema, at)?.description
    const fix = `write ${printInline(wanted)}${describePlace(section)} (${why})`
    return { path: at, part: 'key', fault: { message: 'is missing', fix } }
  })
}

function describePlace(section: Path): string {
  const last = section.at(-1)
  if (last === undefined) return ''
  return typeof last === 'number' ? ' in this entry' : ` below "${last}"`
}

/** An example of what the schema demands: of a mapping its required keys. */
function exampleOf(schema: Schema = {}): unknown {
  const { examples: [example] = [], required: keys = [] } = schema
  if (example !== undefined) return example
  if (keys.length === 0) return '…'
  return Object.fromEntries(keys.map((key) => [key, exampleOf(describePath(schema, [key]))]))
}

function printInline(value: unknown, isTop = true): string {
  if (Array.isArray(value)) return `[${value.map((item) => printInline(item, false)).join(', ')}]`
  if (!isMapping(value)) return /[${}[\]:,#*]/.test(String(value)) ? JSON.stringify(value) : String(value)
  const keys = Object.entries(value).map(([key, inner]) => `${key}: ${printInline(inner, false)}`)
  return isTop ? keys.join(', ') : `{ ${keys.join(', ')} }`
}
