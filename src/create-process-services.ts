import { randomUUID } from 'node:crypto'
import { readPackageVersion } from './config/package-version.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createKeyReadings } from './provider/key-readings.ts'
import type { ProcessServices } from './services.ts'
import type { AuditWatch } from './telemetry/audit.ts'
import { createAuthsignalCalls } from './telemetry/authsignal-calls.ts'
import { createClocks } from './telemetry/clocks.ts'
import type { Log } from './telemetry/log.ts'
import { noteInTrace } from './telemetry/note-in-trace.ts'
import { createReloads } from './telemetry/reloads.ts'
import type { Tracing } from './tracing/tracing.ts'

/** What else the process has, where it has it. */
interface Further {
  readonly tracing?: Tracing | undefined
  /** What counts the audit lines. */
  readonly auditWatches?: readonly AuditWatch[]
}

/** Builds what outlives a configuration. @param now epoch milliseconds. */
export function createProcessServices(
  log: Log,
  now: () => number,
  { tracing, auditWatches = [] }: Further = {},
): ProcessServices {
  const metrics = createMetrics({ now, version: readPackageVersion() })
  return {
    log,
    now,
    instanceId: randomUUID(),
    authsignalCalls: createAuthsignalCalls(log, now),
    clocks: createClocks(log, now),
    keyReadings: createKeyReadings(),
    reloads: createReloads(log, now),
    auditWatches: [metrics.onLine, ...auditWatches, ...(tracing ? [noteInTrace(tracing)] : [])],
    metrics,
    tracing,
  }
}
