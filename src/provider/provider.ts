import { EventEmitter, once } from 'node:events'
import type { Configuration } from 'openid-client'
import type { Config } from '../config/schema/schema.ts'
import type { GuardedPaths } from '../http/endpoints.ts'
import { Refusal } from '../refusal.ts'
import { type LineLog, writeLine } from '../telemetry/log-lines.ts'
import type { UpstreamConnection } from '../upstream/connection.ts'
import { describeFailure } from './describe-failure.ts'
import type { UsableMetadata } from './endpoints.ts'
import { createReader, type KnownProvider, type Learned } from './known-provider.ts'

/** The OP as its metadata describes it. All but `state` throw Refusal `provider_unavailable` until it is ready. */
export interface Provider {
  /**
   * Reads the metadata now, and again until it could be read; from then on every 10 minutes. Resolves once the first
   * reading has succeeded or failed.
   */
  start(): Promise<void>
  /** Resolves once the metadata is known for the first time; rejects if the provider is closed before. */
  ready(): Promise<void>
  /** `reason` is fit for the log and for an operator, not for a page. */
  readonly state: { readonly ready: true } | { readonly ready: false; readonly reason: string }
  readonly guarded: GuardedPaths
  readonly metadata: UsableMetadata
  readonly learned: Learned
  /** The loose path of the end session endpoint, if the OP names one. */
  readonly endSessionPath: string | undefined
  /** The gateway as a client of the OP, for openid-client. */
  readonly configuration: Configuration
  close(): Promise<void>
}

/** When metadata is read again, in milliseconds: after a failure twice as late each time, up to the longest. */
export interface Pace {
  readonly firstRetry: number
  readonly longestRetry: number
  readonly refresh: number
}

const usualPace: Pace = { firstRetry: 500, longestRetry: 10_000, refresh: 600_000 }

/**
 * Keeps the OP's metadata. An endpoint that isn't known can't be guarded, so that nothing may be answered before
 * the metadata is there. A later failure keeps what is known; a later change guards the old paths and the new ones.
 *
 * @param log gets a line when the state or its reason changes, and one for each endpoint that can't be guarded.
 * @param learned of this OP already: with it the provider is ready at once.
 * @param pace overrides the usual times, for tests.
 * @throws if what is known contradicts the configuration.
 */
export function createProvider(
  config: Config,
  upstream: UpstreamConnection,
  log: LineLog,
  learned?: Learned,
  pace: Pace = usualPace,
): Provider {
  const reader = createReader(config, upstream, log, learned)
  const closing = new AbortController()
  const events = new EventEmitter()
  const first = once(events, 'known', { signal: closing.signal }).catch(() => {
    throw new Refusal('provider_unavailable', 'closed')
  })
  // Callers that wait see the rejection; if there are none, the process must not fail.
  first.catch(() => {})
  let known = learned && reader.describe(learned.discovery)
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let reason = 'the metadata is not read yet'
  let failures = 0

  async function refresh(): Promise<void> {
    try {
      const next = await reader.read(known, closing.signal)
      if (known === undefined) {
        const { issuer } = next.metadata
        writeLine(log, 'the provider metadata is known', { issuer })
      }
      known = next
      reason = ''
      failures = 0
      events.emit('known')
    } catch (error) {
      if (closing.signal.aborted) return
      const previous = reason
      reason = describeFailure(error)
      failures += 1
      if (reason !== previous) writeLine(log, 'the provider metadata could not be read', { reason })
    }
    if (!closing.signal.aborted) timer = setTimeout(run, nextReadingMs()).unref()
  }

  function run(): void {
    running = refresh()
  }

  function nextReadingMs(): number {
    if (known !== undefined) return pace.refresh
    const wait = Math.min(pace.firstRetry * 2 ** (failures - 1), pace.longestRetry)
    return wait * (0.5 + Math.random() / 2)
  }

  function requireKnown(): KnownProvider {
    if (known === undefined) throw new Refusal('provider_unavailable', reason)
    return known
  }

  return {
    async start() {
      if (running === undefined) run()
      await running
    },
    async ready() {
      if (known === undefined) await first
    },
    get state(): Provider['state'] {
      return known === undefined ? { ready: false, reason } : { ready: true }
    },
    get guarded() {
      return requireKnown().guarded
    },
    get metadata() {
      return requireKnown().metadata
    },
    get learned() {
      return requireKnown().learned
    },
    get endSessionPath() {
      return requireKnown().endSessionPath
    },
    get configuration() {
      return requireKnown().configuration
    },
    async close() {
      closing.abort()
      clearTimeout(timer)
      await running
    },
  }
}
