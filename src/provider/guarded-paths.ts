import type { ServerMetadata } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import { type GuardedPaths, guardPaths } from '../http/endpoints.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'

type Kind = keyof Parameters<typeof guardPaths>[0]
type Paths = Record<Kind | 'open', Set<string>>

const kinds = new Map<string, Kind>([
  ['authorization_endpoint', 'authorization'],
  ['token_endpoint', 'token'],
  ['pushed_authorization_request_endpoint', 'pushed_authorization'],
  ['device_authorization_endpoint', 'device_authorization'],
  ['backchannel_authentication_endpoint', 'backchannel_authentication'],
])

/** Adds what metadata names to what earlier metadata named. */
export type PathGuard = (documents: readonly ServerMetadata[]) => {
  readonly guarded: GuardedPaths
  /** Names and origins of endpoints that can't be guarded, as they are not on an origin of the gateway or its OP. */
  readonly unguarded: readonly string[]
}

/**
 * Starts with `authorizePaths`, `tokenPaths` and `closedPaths`. Paths never leave again: the OP may serve an old one
 * for longer than it names it. The aliases for mTLS (RFC 8705, 5) count like the endpoints themselves.
 *
 * @returns a function that throws if the paths contradict each other; it then forgets the documents.
 */
export function createPathGuard(config: Config, upstream: UpstreamConnection): PathGuard {
  const { authorizePaths, tokenPaths, closedPaths } = config.provider
  let paths: Paths = {
    authorization: new Set(authorizePaths),
    token: new Set(tokenPaths),
    pushed_authorization: new Set(),
    device_authorization: new Set(),
    backchannel_authentication: new Set(),
    closed: new Set(closedPaths),
    open: new Set(),
  }
  return (documents) => {
    const next = structuredClone(paths)
    const unguarded = new Set<string>()
    for (const { name, url } of documents.flatMap(listEndpoints)) {
      const kind = kinds.get(name) ?? 'open'
      if (upstream.serves(url)) next[kind].add(url.pathname)
      else if (kind !== 'open') unguarded.add(`${name} at ${url.origin}`)
    }
    const guarded = guard(next, config)
    paths = next
    return { guarded, unguarded: [...unguarded] }
  }
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
