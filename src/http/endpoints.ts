import { Refusal } from '../refusal.ts'
import { readOtherwise, restsBehindScripts, scriptAliases } from './path-readings.ts'
import type { EndpointKind } from './path-tree.ts'
import { createNode, findNode, nodeAt, type PathNode, walk } from './path-tree.ts'
import { longestRemembered, remember } from './remembered.ts'
import { parseTarget, type Target } from './target.ts'

export type { EndpointKind }

type GuardedKind = Exclude<EndpointKind, 'own' | 'open'>

/** What a target leads to that goes on: a closed path is refused before. */
export type TargetKind = Exclude<EndpointKind, 'closed'>

/** Made by `guardPaths`, read by `classifyTarget`. */
export interface GuardedPaths {
  readonly ownPrefix: string
  /** What a path means whose bytes are exactly a listed path's, but for the case of letters where the OP folds it. */
  readonly listed: ReadonlyMap<string, TargetKind>
  readonly foldsCase: boolean
  /** Loose forms of all that is guarded, by segment. */
  readonly root: PathNode
  /** What a script gets of those guarded paths in which its name stands. */
  readonly behindScripts: PathNode
}

/**
 * Prepares the set of guarded paths.
 *
 * @param paths absolute paths by kind. Two spellings of one endpoint may both be listed. A closed path closes what is
 *   below it too, and wins over every other kind.
 * @param ownPrefix where the gateway's own pages are.
 * @param openPaths paths below a token endpoint that are known to be something else, such as the OP's introspection
 *   endpoint at `/token/introspection`. They take nothing back that `paths` guards.
 * @param foldsCase whether the OP takes every path in upper and lower case alike.
 * @throws Error if a path can't be a request target, holds a query, is listed for two kinds, or is one of our own.
 */
export function guardPaths(
  paths: Partial<Record<GuardedKind, readonly string[]>>,
  ownPrefix: string,
  openPaths: readonly string[] = [],
  foldsCase = false,
): GuardedPaths {
  const root = createNode()
  const behindScripts = createNode()
  const listed = new Map<string, TargetKind>()
  const kindByLooseForm = new Map<string, EndpointKind>()
  nodeAt(root, requirePath(ownPrefix)).kinds.add('own')
  for (const [kind, list] of Object.entries(paths) as [GuardedKind, readonly string[]][]) {
    for (const path of list) {
      const loose = requirePath(path)
      const node = nodeAt(root, loose)
      node.kinds.add(kind)
      if (kind === 'authorization') node.prefixes.add(path.endsWith('/') ? path : `${path}/`)
      else for (const alias of scriptAliases(path)) nodeAt(root, alias).kinds.add(kind)
      for (const rest of restsBehindScripts(path)) nodeAt(behindScripts, rest).kinds.add(kind)
      if (kindsOnTheWay(root, loose).has('own'))
        throw new Error(`the path ${path} is one of the gateway's own`)
      if (kind === 'closed') continue
      const other = kindByLooseForm.get(loose)
      if (other !== undefined && other !== kind)
        throw new Error(`the path ${path} is listed as ${other} and as ${kind}`)
      kindByLooseForm.set(loose, kind)
      listed.set(foldCase(path, foldsCase), kind)
    }
  }
  for (const path of openPaths) {
    if (!kindByLooseForm.has(requirePath(path))) listed.set(foldCase(path, foldsCase), 'open')
  }
  return { ownPrefix, listed, foldsCase, root, behindScripts }
}

const foldCase = (path: string, folds: boolean): string => (folds ? path.toLowerCase() : path)

/**
 * Finds the endpoint of a target. A guarded endpoint is recognised in one spelling only, the listed one; any other that
 * a lenient server could take for it is refused. What is below an authorization endpoint is open, since OPs resume
 * logins there and every response is inspected; what is below any other guarded endpoint is refused unless listed,
 * since servers that hand the rest of a path to a script would see the endpoint itself.
 *
 * @throws Refusal `ambiguous_target`, or `not_found` for a closed path in any spelling.
 */
export function classifyTarget(target: Target, guarded: GuardedPaths): TargetKind {
  const { path, loosePath } = target
  const { ownPrefix, root } = guarded
  const kinds = kindsOnTheWay(root, loosePath)
  const { further, isAuthorization } = readKinds(path, guarded)
  for (const kind of further) kinds.add(kind)
  if (kinds.has('own')) {
    const rest = path.startsWith(ownPrefix) ? path.slice(ownPrefix.length) : undefined
    if (rest !== undefined && /^(?:\/[\w.~-]+)*$/.test(rest)) return 'own'
    // guard: own-page-spellings
    throw new Refusal('ambiguous_target', "another spelling of the gateway's own prefix")
  }
  // guard: closed-paths
  if (kinds.has('closed')) throw new Refusal('not_found', 'a closed path')
  const kind = guarded.listed.get(foldCase(path, guarded.foldsCase))
  if (kind !== undefined) return kind
  // guard: back-channel-spellings
  for (const strict of kinds) {
    if (strict !== 'authorization')
      throw new Refusal('ambiguous_target', `could be read as a ${strict} endpoint`)
  }
  const isBelow = !kinds.has('authorization') || isPlainlyBelow(path, loosePath, root)
  if (isBelow && !isAuthorization) return 'open'
  // guard: authorization-spellings
  throw new Refusal('ambiguous_target', 'another spelling of an authorization endpoint')
}

/** `classifyTarget` for paths that come again and again, as those of style sheets do. */
export function createClassifyTarget(): typeof classifyTarget {
  let latest: GuardedPaths | undefined
  let kindOf: (path: string) => TargetKind
  return (target, guarded) => {
    if (guarded !== latest) {
      latest = guarded
      kindOf = remember((path) => classifyTarget(parseTarget(path), guarded))
    }
    return target.path.length > longestRemembered ? classifyTarget(target, guarded) : kindOf(target.path)
  }
}

/**
 * The kinds to which other readings of a path lead. For an authorization endpoint only the endpoint itself counts, since
 * what is below it is open, and since `/auth.js` is none.
 */
function readKinds(path: string, { root, behindScripts }: GuardedPaths) {
  const further = new Set<EndpointKind>()
  let isAuthorization = false
  // guard: path-readings
  for (const { path: reading, starts, isWhole } of readOtherwise(path)) {
    for (const start of starts) {
      for (const tree of /* guard: script-names */ start === 0 ? [root] : [root, behindScripts]) {
        for (const kind of kindsOnTheWay(tree, reading, start))
          if (kind !== 'authorization') further.add(kind)
        // guard: ways-to-authorization
        if (isWhole && findNode(tree, reading, start)?.kinds.has('authorization')) isAuthorization = true
      }
    }
  }
  return { further, isAuthorization }
}

/** Whether a target is an authorization endpoint or below one, where requests are resumed, in whatever spelling. */
export function isAtAuthorization({ loosePath }: Target, { root }: GuardedPaths): boolean {
  return kindsOnTheWay(root, loosePath).has('authorization')
}

/** The kinds of the loose path itself and of the paths above it. The root guards nothing but itself. */
function kindsOnTheWay(root: PathNode, loosePath: string, start = 0): Set<EndpointKind> {
  if (loosePath === '/') return new Set(root.kinds)
  const kinds = new Set<EndpointKind>()
  for (const node of walk(root, loosePath, start)) for (const kind of node.kinds) kinds.add(kind)
  return kinds
}

/** Below an authorization endpoint, whose own part of the path is spelled as it is listed. */
function isPlainlyBelow(path: string, loosePath: string, root: PathNode): boolean {
  const way = [root, ...walk(root, loosePath)]
  const isEndpoint = findNode(root, loosePath)?.kinds.has('authorization')
  return !isEndpoint && way.some(({ prefixes }) => [...prefixes].some((prefix) => path.startsWith(prefix)))
}

function requirePath(path: string): string {
  if (path.includes('?')) throw new Error(`the path ${path} holds a query`)
  try {
    return parseTarget(path).loosePath
  } catch (cause) {
    throw new Error(`the path ${path} can't be a request target`, { cause })
  }
}
