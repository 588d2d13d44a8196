import type { ServerMetadata } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { type GuardedPaths, guardPaths } from '../http/endpoints.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import type { Discovery } from './metadata.ts'

type Kind = keyof Parameters<typeof guardPaths>[0]
type Paths = Record<Kind | 'open', Set<string>>

/** The paths that an OP has named in its own metadata. */
export type NamedPaths = Readonly<Record<Kind | 'open', ReadonlySet<string>>>

const kinds = new Map<string, Kind>([
  ['authorization_endpoint', 'authorization'],
  ['token_endpoint', 'token'],
  ['pushed_authorization_request_endpoint', 'pushed_authorization'],
  ['device_authorization_endpoint', 'device_authorization'],
  ['backchannel_authentication_endpoint', 'backchannel_authentication'],
])

/**
 * Adds what metadata names to what earlier metadata named.
 *
 * @param completed that of the OP, completed by the configuration.
 */
export type PathGuard = (
  discovery: Discovery,
  completed: ServerMetadata,
) => {
  readonly guarded: GuardedPaths
  /** By the OP itself, so far. */
  readonly named: NamedPaths
  /** Names and origins of endpoints that can't be guarded, as they are not on an origin of the gateway or its OP. */
  readonly unguarded: readonly string[]
}

/**
 * Starts with `authorizePaths`, `tokenPaths` and `closedPaths`. Paths never leave again: the OP may serve an old one
 * for longer than it names it. The aliases for mTLS (RFC 8705, 5) count like the endpoints themselves.
 *
 * @param earlier what the same OP named to a configuration before this one.
 * @returns a function that throws if the paths contradict each other; it then forgets the documents.
 */
export function createPathGuard(
  config: Config,
  upstream: UpstreamConnection,
  earlier: NamedPaths = noPaths(),
): PathGuard {
  const { authorizePaths, tokenPaths, closedPaths } = config.provider
  let named = earlier
  let configured: NamedPaths = {
    ...noPaths(),
    authorization: new Set(authorizePaths),
    token: new Set(tokenPaths),
    closed: new Set(closedPaths),
  }

  /** @returns those paths and these, and the endpoints that are none of them. */
  function add(
    paths: NamedPaths,
    documents: readonly ServerMetadata[],
  ): { next: Paths; unguarded: string[] } {
    const next = structuredClone(paths) as Paths
    const unguarded: string[] = []
    for (const { name, url } of documents.flatMap(listEndpoints)) {
      const kind = kinds.get(name) ?? 'open'
      if (upstream.serves(url)) next[kind].add(url.pathname)
      else if (kind !== 'open') unguarded.push(`${name} at ${url.origin}`)
    }
    return { next, unguarded }
  }

  return (discovery, completed) => {
    const byOp = add(named, discovery.found ? [discovery.metadata] : [])
    const all = add(configured, [completed])
    const guarded = guard(unite(byOp.next, all.next), config)
    named = byOp.next
    configured = all.next
    return { guarded, named, unguarded: [...new Set([...byOp.unguarded, ...all.unguarded])] }
  }
}

const noPaths = (): Paths => ({
  authorization: new Set(),
  token: new Set(),
  pushed_authorization: new Set(),
  device_authorization: new Set(),
  backchannel_authentication: new Set(),
  closed: new Set(),
  open: new Set(),
})

function unite(these: Paths, those: Paths): Paths {
  const united = structuredClone(these)
  for (const kind of Object.keys(united) as (keyof Paths)[])
    for (const path of those[kind]) united[kind].add(path)
  return united
}

function listEndpoints(metadata: ServerMetadata): { name: string; url: URL }[] {
  const entries = [...Object.entries(metadata), ...Object.entries(metadata.mtls_endpoint_aliases ?? {})]
  return entries.flatMap(([name, value]) =>
    name.endsWith('_endpoint') && typeof value === 'string' && URL.canParse(value)
      ? [{ name, url: new URL(value) }]
      : [],
  )
}

/** Endpoints of other kinds matter only below a guarded path, where a stranger's path would be refused. */
function guard({ open, ...paths }: Paths, { pathPrefix, provider }: Config): GuardedPaths {
  const lists = Object.entries(paths).map(([kind, set]) => [kind, [...set]] as const)
  const all = lists.flatMap(([, list]) => list)
  const openPaths = [...open].filter((path) => all.some((guarded) => path.startsWith(`${guarded}/`)))
  return guardPaths(Object.fromEntries(lists), pathPrefix, openPaths, provider.foldsCase)
}
