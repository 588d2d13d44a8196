import { collectDefaultMetrics } from 'prom-client'
import type { Authsignal } from '../authsignal/authsignal.ts'
import { versionOf } from '../config/config-version.ts'
import type { Config } from '../config/schema/schema.ts'
import type { Policies } from '../policy/policies.ts'
import type { Case, Records } from '../records/records.ts'
import type { Store } from '../store/store.ts'
import type { AuditFields } from '../telemetry/audit-line.ts'
import type { Reloads } from '../telemetry/reloads.ts'
import type { Asker, UpstreamConnection } from '../upstream/connection.ts'
import type { Pool } from '../upstream/pool.ts'
import { createNames } from './about.ts'
import { findExpiries } from './certificates.ts'
import { countLine } from './count-line.ts'
import { createRegistry, type Instruments, openInstruments } from './instruments.ts'
import { type SilentEnd, watchOpenStepUps } from './open-step-ups.ts'
import { prepareSeries } from './prepare-series.ts'
import { type Format, renderMetrics } from './render.ts'
import { watchAuthsignal } from './watch-authsignal.ts'
import { watchRecords } from './watch-records.ts'
import { watchStore } from './watch-store.ts'
import { watchPool, watchUpstream } from './watch-upstream.ts'

/** What is read when it is asked for. */
export interface State {
  readonly store: Pick<Store, 'outage' | 'rooms'>
  readonly status: 'ok' | 'unavailable'
  readonly parts: Readonly<Record<string, { readonly status: string }>>
  /** By how many milliseconds other clocks are ahead, as far as they were seen. */
  readonly clocks: ReadonlyMap<string, number>
  readonly reloads: Pick<Reloads, 'counts' | 'latest'>
}

/** The metrics of a process. They outlive its configuration. */
export interface Metrics {
  readonly instruments: Instruments
  /** Counts a line of the record. */
  readonly onLine: (line: AuditFields) => void
  /** Sees a duration of a request, in milliseconds. */
  readonly onDuration: (name: string, ms: number) => void
  watchStore(store: Store): Store
  readonly watchPool: (pool: Pool, asker: Asker) => Pool
  watchUpstream(upstream: UpstreamConnection): UpstreamConnection
  watchAuthsignal(api: Authsignal): Authsignal
  watchRecords(records: Records, config: Config, policies: Pick<Policies, 'ofClient'>): Records
  /**
   * A configuration has taken effect. Series of clients and pages that it does not have any more are dropped; what still
   * happens to them counts as `other`.
   */
  configured(config: Config): Promise<void>
  /** All metrics as text, in parts. */
  scrape(format: Format, state: State): AsyncGenerator<string>
}

export interface MetricsPorts {
  /** Epoch milliseconds. */
  readonly now: () => number
  /** The gateway's own. */
  readonly version: string
}

/** Names that no linter of Prometheus accepts, for numbers that Node itself keeps to debug with. */
const notTaken = /^nodejs_active_|^nodejs_version_info$/

export function createMetrics({ now, version }: MetricsPorts): Metrics {
  const registry = createRegistry()
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 })
  for (const { name } of registry.getMetricsAsArray())
    if (notTaken.test(name)) registry.removeSingleMetric(name)
  const instruments = openInstruments(registry)
  const { count, observe, set, clear } = instruments
  set('step_up_gateway_build_info', { version, node_version: process.version }, 1)
  let names = createNames({ clients: new Map(), protectedPaths: [] })
  const openStepUps = watchOpenStepUps(now, ({ clientId, page }: Case, outcome: SilentEnd) => {
    const about = names.describe({ client_id: clientId, page })
    count('step_up_gateway_step_ups_ended_total', { ...about, outcome })
  })
  /** As they are now, whatever configuration a request goes by. */
  const currentNames = { describe: (...about: Parameters<typeof names.describe>) => names.describe(...about) }

  function read({ store, status, parts, clocks, reloads }: State): void {
    set('step_up_gateway_step_ups_open', {}, openStepUps.size)
    set('step_up_gateway_ready', {}, Number(status === 'ok'))
    for (const [part, { status }] of Object.entries(parts))
      set('step_up_gateway_part_ok', { part }, Number(status === 'ok'))
    set('step_up_gateway_store_up', {}, Number(store.outage === undefined))
    for (const [clock, aheadMs] of clocks)
      set('step_up_gateway_clock_difference_seconds', { clock }, aheadMs / 1000)
    clear('step_up_gateway_config_reloads_total')
    count('step_up_gateway_config_reloads_total', { result: 'succeeded' }, reloads.counts.applied)
    count('step_up_gateway_config_reloads_total', { result: 'failed' }, reloads.counts.refused)
    set('step_up_gateway_config_last_reload_successful', {}, Number(reloads.latest?.result !== 'refused'))
    clear('step_up_gateway_store_evictions_total')
    for (const { kind, owner, usedBytes, limitBytes, evicted } of store.rooms ?? []) {
      set('step_up_gateway_store_room_used_bytes', { kind, owner }, usedBytes)
      set('step_up_gateway_store_room_limit_bytes', { kind, owner }, limitBytes)
      count('step_up_gateway_store_evictions_total', { kind, owner }, evicted)
    }
  }

  return {
    instruments,
    onLine(line) {
      const { name, labels } = countLine(line, currentNames)
      count(name, labels)
      if (line.audit !== 'step_up') return
      const { verdict, challenge_seconds: seconds } = line
      observe('step_up_gateway_challenge_duration_seconds', { verdict }, seconds)
    },
    onDuration(name, ms) {
      if (name === 'probe') observe('step_up_gateway_probe_duration_seconds', {}, ms / 1000)
    },
    watchStore: (store) => watchStore(store, instruments),
    watchPool: (pool, asker) => watchPool(pool, asker, instruments),
    watchUpstream,
    watchAuthsignal: (api) => watchAuthsignal(api, instruments),
    watchRecords: (records, config, policies) =>
      watchRecords(records, { config, policies, instruments, names: currentNames, openStepUps, now }),
    async configured(config) {
      names = createNames(config)
      clear('step_up_gateway_config_info')
      set('step_up_gateway_config_info', { version: versionOf(config) }, 1)
      set('step_up_gateway_config_last_reload_success_timestamp_seconds', {}, now() / 1000)
      clear('step_up_gateway_certificate_expiry_timestamp_seconds')
      for (const [certificate, seconds] of findExpiries(config))
        set('step_up_gateway_certificate_expiry_timestamp_seconds', { certificate }, seconds)
      const modes = [...config.clients.values()].map(({ mode }) => mode)
      for (const mode of ['enforce', 'monitor', 'off'] as const)
        set('step_up_gateway_clients', { mode }, modes.filter((one) => one === mode).length)
      prepareSeries(config, instruments)
      await instruments.drop((labels) => !names.knows(labels))
    },
    async *scrape(format, state) {
      read(state)
      // Read at the next time: no scrape waits for the store.
      void openStepUps.sweep()
      yield* renderMetrics(registry, format)
    },
  }
}
