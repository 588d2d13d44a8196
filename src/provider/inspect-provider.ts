import type { ServerMetadata } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import type { ProviderFacts } from '../doors/doors.ts'
import { classifyTarget, type GuardedPaths } from '../http/endpoints.ts'
import { type Names, toPublicUrl } from '../http/public-names.ts'
import { parseTarget } from '../http/target.ts'
import { Refusal } from '../refusal.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { completeMetadata } from './endpoints.ts'
import { createPathGuard } from './guarded-paths.ts'
import { discover } from './metadata.ts'

/** `unusable`: with this a gateway would answer 503 to everything. */
export type Inspection =
  | { readonly kind: 'known'; readonly facts: ProviderFacts; readonly source: string }
  | { readonly kind: 'unusable'; readonly reason: string; readonly error: unknown }

/** Reads the OP's metadata once, as a starting gateway does, and reports the result. Never rejects. */
export async function inspectProvider(
  config: Config,
  upstream: UpstreamConnection,
  signal: AbortSignal,
): Promise<Inspection> {
  try {
    const discovery = await discover(config.provider.issuer, upstream, signal)
    const metadata = completeMetadata(discovery, config, upstream)
    const { guarded, unguarded } = createPathGuard(config, upstream)(discovery, metadata)
    const facts: ProviderFacts = {
      metadata: { ...metadata },
      unguarded,
      bypassing: discovery.found ? findBypassing(upstream.names, discovery.metadata) : [],
      serves: (url) => upstream.serves(url),
      isClosed: (path) => isClosed(path, guarded),
    }
    const source = discovery.found ? 'its discovery document was read' : `${discovery.reason}: offers unknown`
    return { kind: 'known', facts, source }
  } catch (error) {
    return { kind: 'unusable', reason: describe(error), error }
  }
}

/** Endpoints at an address of the OP's own, which clients should not know. */
function findBypassing(names: Names, metadata: ServerMetadata): string[] {
  return Object.entries(metadata)
    .filter(([name, url]) => name.endsWith('_endpoint') && typeof url === 'string' && isInternal(url, names))
    .map(([name]) => name)
}

const isInternal = (url: string, names: Names): boolean => toPublicUrl(url, names) !== url

function isClosed(path: string, guarded: GuardedPaths): boolean {
  try {
    classifyTarget(parseTarget(path), guarded)
    return false
  } catch (error) {
    return error instanceof Refusal && error.code === 'not_found'
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Refusal)) return String(error)
  return error.code === 'provider_unavailable' ? error.message : `${error.code}: ${error.message}`
}
