import { randomUUID } from 'node:crypto'
import { readPackageVersion } from './config/package-version.ts'
import { createMetrics } from './metrics/metrics.ts'
import { createKeyReadings } from './provider/key-readings.ts'
import type { ProcessServices } from './services.ts'
import { createAuthsignalCalls } from './telemetry/authsignal-calls.ts'
import { createClocks } from './telemetry/clocks.ts'
import type { Log } from './telemetry/log.ts'
import { noteInTrace } from './telemetry/note-in-trace.ts'
import type { Tracing } from './tracing/tracing.ts'

/** Builds what outlives a configuration. @param now epoch milliseconds. */
export function createProcessServices(log: Log, now: () => number, tracing?: Tracing): ProcessServices {
  const metrics = createMetrics({ now, version: readPackageVersion() })
  return {
    log,
    now,
    instanceId: randomUUID(),
    authsignalCalls: createAuthsignalCalls(log, now),
    clocks: createClocks(log, now),
    keyReadings: createKeyReadings(),
    auditWatches: [metrics.onLine, ...(tracing ? [noteInTrace(tracing)] : [])],
    metrics,
    tracing,
  }
}
