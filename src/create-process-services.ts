import { randomUUID } from 'node:crypto'
import { createKeyReadings } from './provider/key-readings.ts'
import type { ProcessServices } from './services.ts'
import type { AuditWatch } from './telemetry/audit.ts'
import { createAuthsignalCalls } from './telemetry/authsignal-calls.ts'
import { createClocks } from './telemetry/clocks.ts'
import type { Log } from './telemetry/log.ts'

/**
 * Builds what outlives a configuration.
 *
 * @param now epoch milliseconds.
 * @param auditWatches what counts the audit lines.
 */
export function createProcessServices(
  log: Log,
  now: () => number,
  auditWatches: readonly AuditWatch[] = [],
): ProcessServices {
  return {
    log,
    now,
    instanceId: randomUUID(),
    authsignalCalls: createAuthsignalCalls(log, now),
    clocks: createClocks(log, now),
    keyReadings: createKeyReadings(),
    auditWatches,
  }
}
