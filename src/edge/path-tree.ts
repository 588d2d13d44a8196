import type { EndpointKind } from './endpoint-kind.ts'

/**
 * One segment of a guarded path, or of one above it. How long a look-up takes depends on the path that is looked up,
 * not on how many are guarded.
 */
export interface PathNode {
  readonly children: Map<string, PathNode>
  readonly kinds: Set<EndpointKind>
  /** The listed spellings of authorization endpoints here, each with the slash that begins what is below it. */
  readonly prefixes: Set<string>
}

/** The nodes from the first segment of a loose path down to its last, as far as there are any. */
export function* walk(root: PathNode, loosePath: string): Generator<PathNode> {
  let node = root
  for (const segment of loosePath.slice(1).split('/')) {
    const child = node.children.get(segment)
    if (child === undefined) return
    yield child
    node = child
  }
}

/** The node of a loose path, made if it isn't there yet. */
export function nodeAt(root: PathNode, loosePath: string): PathNode {
  let node = root
  for (const segment of loosePath.split('/').filter((part) => part !== '')) {
    const child = node.children.get(segment) ?? createNode()
    node.children.set(segment, child)
    node = child
  }
  return node
}

/** A node that guards nothing yet. */
export const createNode = (): PathNode => ({ children: new Map(), kinds: new Set(), prefixes: new Set() })
