import type { Configuration } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import type { GuardedPaths } from '../http/endpoints.ts'
import { type LineLog, writeLine } from '../telemetry/log-lines.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { findEndSessionPath } from './end-session.ts'
import { completeMetadata, type UsableMetadata } from './endpoints.ts'
import { createPathGuard, type NamedPaths } from './guarded-paths.ts'
import { type Discovery, discover } from './metadata.ts'
import { isPlainHttp, registerClient } from './relying-party.ts'

/** What the OP itself has said, whatever the configuration. */
export interface Learned {
  /** Its metadata, as it was read last. */
  readonly discovery: Discovery
  /** In all of its metadata so far. */
  readonly named: NamedPaths
}

/** What the metadata of the OP comes to. */
export interface KnownProvider {
  readonly learned: Learned
  readonly guarded: GuardedPaths
  readonly metadata: UsableMetadata
  /** As `findEndSessionPath` gives it. */
  readonly endSessionPath: string | undefined
  /** The gateway as a client of the OP, for openid-client. */
  readonly configuration: Configuration
}

/** Finds out what the OP is. From one reading to the next paths add up, and each warning is given once. */
export interface Reader {
  /**
   * Reads the OP's metadata, discovered and configured.
   *
   * @param known so far. Where all that is needed is configured, a discovery document that has gone changes nothing.
   * @throws Refusal, or an Error if paths contradict each other.
   */
  read(known: KnownProvider | undefined, closing: AbortSignal): Promise<KnownProvider>
  /** What a document that was read before comes to. @throws like `read`. */
  describe(discovery: Discovery): KnownProvider
}

/** @param learned of this OP already. */
export function createReader(
  config: Config,
  upstream: UpstreamConnection,
  log: LineLog,
  learned?: Learned,
): Reader {
  const guardPathsOf = createPathGuard(config, upstream, learned?.named)
  const warned = new Set<string>()

  function warnOnce(
    endpoint: string,
    message: 'this endpoint can not be guarded' | 'this provider has endpoints without TLS',
  ): void {
    if (!warned.has(endpoint + message)) writeLine(log, message, { endpoint })
    warned.add(endpoint + message)
  }

  function describe(discovery: Discovery, known?: KnownProvider): KnownProvider {
    const metadata = completeMetadata(discovery, config, upstream)
    if (!discovery.found && known !== undefined) return known
    const configuration = registerClient(metadata, config.provider.probe, upstream)
    // Endpoints from discovery stay guarded even if provider.endpoints overrides them: clients may use them.
    const { guarded, named, unguarded } = guardPathsOf(discovery, metadata)
    for (const endpoint of unguarded) warnOnce(endpoint, 'this endpoint can not be guarded')
    if (isPlainHttp(metadata)) warnOnce(metadata.issuer, 'this provider has endpoints without TLS')
    const endSessionPath = findEndSessionPath(metadata)
    return { learned: { discovery, named }, metadata, endSessionPath, configuration, guarded }
  }

  return {
    async read(known, closing) {
      const signal = AbortSignal.any([closing, AbortSignal.timeout(config.upstream.timeout)])
      return describe(await discover(config.provider.issuer, upstream, signal), known)
    },
    describe: (discovery) => describe(discovery),
  }
}
