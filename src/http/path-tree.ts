/** What a request target leads to: a kind of guarded endpoint, the gateway's own pages, or anything else. */
export type EndpointKind =
  | 'authorization'
  | 'token'
  | 'pushed_authorization'
  | 'device_authorization'
  | 'backchannel_authentication'
  | 'own'
  | 'closed'
  | 'open'

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

/**
 * The nodes from the first segment of a loose path down to its last, as far as there are any.
 *
 * @param start where the path begins: at a slash.
 */
export function* walk(root: PathNode, loosePath: string, start = 0): Generator<PathNode> {
  let node = root
  for (let at = start; at < loosePath.length; ) {
    const slash = loosePath.indexOf('/', at + 1)
    const end = slash < 0 ? loosePath.length : slash
    const child = node.children.get(loosePath.slice(at + 1, end))
    if (child === undefined) return
    yield child
    node = child
    at = end
  }
}

/** The node of a loose path, if there is one. */
export function findNode(root: PathNode, loosePath: string, start = 0): PathNode | undefined {
  if (loosePath === '/') return root
  let found = root
  let end = start
  for (const node of walk(root, loosePath, start)) {
    found = node
    const slash = loosePath.indexOf('/', end + 1)
    end = slash < 0 ? loosePath.length : slash
  }
  return end === loosePath.length ? found : undefined
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
