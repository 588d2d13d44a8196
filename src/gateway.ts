import { setTimeout } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type App, buildApp } from './app.ts'
import { versionOf } from './config/config-version.ts'
import type { Config } from './config/schema/schema.ts'
import { createProcessServices } from './create-process-services.ts'
import { createStore } from './create-store.ts'
import { createAdminListeners } from './listeners/admin-listeners.ts'
import { describeHealth, type Health } from './listeners/health.ts'
import { describeParts } from './listeners/parts.ts'
import { createPublicListener } from './listeners/public-listener.ts'
import { createUnderWay, type UnderWay } from './listeners/under-way.ts'
import { createRecent } from './operate/recent.ts'
import { serveForget } from './operate/serve-forget.ts'
import { serveStatus } from './operate/serve-status.ts'
import { listUnprotected } from './policy/list-unprotected.ts'
import type { Provider } from './provider/provider.ts'
import { type BorrowedStore, createBorrowedStores } from './store/borrowed-stores.ts'
import type { Store } from './store/store.ts'
import type { Log } from './telemetry/log.ts'
import { writeLine } from './telemetry/log-lines.ts'
import type { Reloads } from './telemetry/reloads.ts'
import type { Tracing } from './tracing/tracing.ts'

/** What the process gives the gateway. */
export interface Ports {
  readonly log: Log
  /** Epoch milliseconds. */
  readonly now?: () => number
  readonly store?: Store
  readonly tracing?: Tracing | undefined
  /** Resolves after so many milliseconds; rejects if `signal` is aborted before. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** The limit of the heap, of which what is remembered takes a part. */
  readonly heapBytes?: number
}

const usualHeapBytes = 256 * 1024 * 1024

const waitUnref = (ms: number, signal: AbortSignal): Promise<unknown> =>
  setTimeout(ms, undefined, { signal, ref: false })

/** A gateway that is built and not yet listening. Its listeners outlive its configuration. */
export interface Gateway {
  /** The OP of the configuration that new requests get. */
  readonly provider: Provider
  /** Opens all listeners, and begins to connect to the store and to read the OP's metadata; until that is known all is answered 503. */
  listen(): Promise<void>
  /**
   * New requests get another configuration; those under way end with theirs. One call at a time.
   *
   * @throws Error whose message says why it can't take effect: nothing has changed then.
   */
  apply(config: Config): Promise<void>
  /** The keys in which the configuration differs from what the listeners were opened with: they need a restart. */
  readonly keysForRestart: readonly string[]
  /** Learns the result of each reload. */
  readonly reloads: Reloads
  /**
   * Is not ready for `shutdown.delay`, then lets requests end for `shutdown.grace` at most and closes listeners,
   * connections and the store. What is left of traces has one second more.
   */
  close(): Promise<void>
}

/** One configuration, and what runs by it. */
interface Run {
  readonly config: Config
  readonly app: App
  readonly store: BorrowedStore
  readonly underWay: UnderWay
  /** Epoch milliseconds. */
  readonly since: number
}

/** Builds the gateway of a process. @throws as `buildApp`. */
export async function buildGateway(config: Config, ports: Ports): Promise<Gateway> {
  const { log, now = Date.now, heapBytes = usualHeapBytes, wait = waitUnref } = ports
  const recent = createRecent(now)
  const process = createProcessServices(log, now, { tracing: ports.tracing, auditWatches: [recent.note] })
  const startedAt = now()
  const borrowStore = createBorrowedStores(async (settings: Config['store']) =>
    process.metrics.watchStore(ports.store ?? (await createStore(settings, log, now, heapBytes))),
  )
  const runs = new Set<Run>()
  const closing = new AbortController()

  async function build(next: Config, before?: Run): Promise<Run> {
    const store = await borrowStore(next.store)
    try {
      const known = before?.app.provider.state.ready && isSameOp(before.config, next)
      const learned = known ? before.app.provider.learned : undefined
      const app = await buildApp(next, store.store, process, learned)
      const run = { config: next, app, store, underWay: createUnderWay(), since: now() }
      runs.add(run)
      return run
    } catch (error) {
      await store.giveBack()
      throw error
    }
  }

  /** Closes what ran by a configuration, once nothing is under way. */
  async function end(run: Run): Promise<void> {
    await run.underWay.none()
    if (!runs.delete(run)) return
    await run.app.close()
    await run.store.giveBack()
  }

  const listKeysForRestart = (): readonly string[] =>
    listenerKeys.filter((key) => !isDeepStrictEqual(bound(config)[key], bound(current.config)[key]))

  let current = await build(config)
  const listener = createPublicListener(config, log, (request, response) => {
    if (closing.signal.aborted) response.shouldKeepAlive = false
    current.underWay.add(response)
    current.app.handle(request, response)
  })
  const health = (): Health =>
    describeHealth(
      describeParts({
        provider: current.app.provider.state,
        outage: current.store.store.outage,
        process,
        front: current.app.warnings,
        configuration: {
          version: versionOf(current.config),
          since: current.since,
          keysForRestart: listKeysForRestart(),
        },
      }),
      closing.signal.aborted,
    )
  const admin = createAdminListeners(config, health, {
    scrape: (format) =>
      process.metrics.scrape(format, {
        ...health(),
        store: current.store.store,
        clocks: process.clocks.aheadMs,
        reloads: process.reloads,
      }),
    serveOperators(app) {
      serveStatus(app, () => ({
        config: current.config,
        health: health(),
        recent,
        startedAt,
        loadedAt: current.since,
        now: now(),
      }))
      serveForget(app, () => current.app.services)
    },
  })
  await process.metrics.configured(config)

  return {
    get provider() {
      return current.app.provider
    },
    async listen() {
      current.store.store.open?.()
      current.app.start()
      await admin.listen()
      await listener.listen()
    },
    async apply(next) {
      const before = current
      const run = await build(next, before)
      try {
        await requireWorking(run)
        closing.signal.throwIfAborted()
        listener.renew(next)
      } catch (error) {
        await end(run)
        throw error
      }
      current = run
      const unprotected = listUnprotected(before.config, next)
      if (unprotected.length > 0)
        writeLine(log, 'a change of the configuration protects less', {
          unprotected: unprotected.slice(0, mostNamed),
          ...(unprotected.length > mostNamed && { more: unprotected.length - mostNamed }),
        })
      end(before)
      await process.metrics.configured(next)
    },
    get keysForRestart() {
      return listKeysForRestart()
    },
    reloads: process.reloads,
    async close() {
      closing.abort(new Error('the gateway is shutting down'))
      const { delay, grace } = current.config.shutdown
      const closed = new AbortController()
      if (delay > 0) await wait(delay, closed.signal)
      // A stream of events has no end of its own.
      wait(grace, closed.signal).then(listener.cut, () => undefined)
      await listener.close()
      closed.abort()
      await Promise.all([...runs].map(end))
      await Promise.all([ports.tracing?.close(), admin.close()])
    },
  }
}

/** @throws Error if the OP's metadata can't be read or the store not be reached; both are tried once. */
async function requireWorking({ app, store: { store } }: Run): Promise<void> {
  await Promise.all([app.start(), store.open?.()])
  if (!app.provider.state.ready) throw new Error(`the OP's metadata: ${app.provider.state.reason}`)
  if (store.outage && !store.outage.hasAnswered) throw new Error(`the store: ${store.outage.reason}`)
}

/** Whether what is known of the OP holds for another configuration. */
function isSameOp(before: Config, next: Config): boolean {
  const nameOp = ({ publicUrl, hosts, upstream, provider }: Config) => [
    publicUrl,
    hosts,
    upstream,
    provider.issuer,
  ]
  return isDeepStrictEqual(nameOp(before), nameOp(next))
}

/** Of what is protected no more, in one line. */
const mostNamed = 20

const listenerKeys = ['listen', 'admin', 'monitoring', 'maxHeaderSize'] as const

/** What the listeners were opened with; a certificate is none of it. */
const bound = ({ listen, admin, monitoring, maxHeaderSize }: Config) => ({
  listen: { ...listen, tls: listen.tls !== undefined },
  admin,
  monitoring,
  maxHeaderSize,
})
