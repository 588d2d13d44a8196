import { createAuthsignal } from './authsignal/authsignal.ts'
import { watchCalls } from './authsignal/watch-calls.ts'
import { versionOf } from './config/config-version.ts'
import type { Config } from './config/schema/schema.ts'
import { chooseCookieRules } from './http/own-cookie.ts'
import { createPages } from './pages/pages.ts'
import { createPolicies } from './policy/policies.ts'
import { askUser } from './probe/ask-user.ts'
import { createKeys } from './provider/keys.ts'
import type { Learned } from './provider/known-provider.ts'
import { createProvider } from './provider/provider.ts'
import { createEpochs } from './records/epochs.ts'
import { forecastRecords } from './records/forecast-records.ts'
import { createRecords } from './records/records.ts'
import type { ProcessServices, Services } from './services.ts'
import type { Store } from './store/store.ts'
import { createAudit } from './telemetry/audit.ts'
import { traceStore } from './tracing/trace-store.ts'
import { connectUpstream } from './upstream/connection.ts'

/**
 * Builds what all parts of one configuration share. Nothing is opened or read yet.
 *
 * @param learned of the OP already.
 */
export function createServices(
  config: Config,
  store: Store,
  { log, now, clocks, authsignalCalls, keyReadings, auditWatches, metrics, tracing }: ProcessServices,
  learned?: Learned,
): Services {
  const policies = createPolicies(config)
  const kept = createRecords(tracing ? traceStore(store, tracing) : store, config.stepUp)
  const records = metrics.watchRecords(kept, config, policies)
  const upstream = metrics.watchUpstream(
    connectUpstream(config, clocks.provider, { tracing, watch: metrics.watchPool }),
  )
  const provider = createProvider(config, upstream, log, learned)
  const keys = createKeys(provider, upstream, keyReadings)
  const audit = createAudit(log, config.log, versionOf(config), auditWatches)
  return {
    config,
    now,
    policies,
    records,
    epochs: createEpochs(records.epochs),
    authsignal: metrics.watchAuthsignal(
      watchCalls(createAuthsignal(config.authsignal, clocks.authsignal, tracing), authsignalCalls),
    ),
    authsignalCalls,
    metrics,
    tracing,
    upstream,
    provider,
    keys,
    askUser: (...question) =>
      askUser({ config, provider, upstream, keys, records, now, tracing }, ...question),
    audit,
    pages: createPages(config.pages),
    cookie: chooseCookieRules(config),
    forecast: policies.forecast && {
      policies: policies.forecast,
      records: forecastRecords(records),
      // What only would be refused is reported in one line, and nothing else of it has happened.
      audit: { ...audit, security: () => undefined },
    },
  }
}
