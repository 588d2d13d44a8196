import type { Provider } from '../provider/provider.ts'
import type { ProcessServices } from '../services.ts'
import type { Outage } from '../store/store.ts'
import { ok, type Part, type Parts, warnOf } from './health.ts'

/** What is to be seen of a gateway that runs. */
export interface Seen {
  readonly provider: Provider['state']
  readonly outage: Outage | undefined
  readonly process: Pick<ProcessServices, 'authsignalCalls' | 'clocks' | 'keyReadings' | 'reloads'>
  /** What is likely a mistake in how the gateway was put up. */
  readonly front: readonly string[]
  readonly configuration: {
    readonly version: string
    /** When it took effect, in epoch milliseconds. */
    readonly since: number
    /** In what it waits for a restart. */
    readonly keysForRestart: readonly string[]
  }
}

/** How each part does. */
export function describeParts({ provider, outage, process, front, configuration }: Seen): Parts {
  const { authsignalCalls, clocks, keyReadings, reloads } = process
  const { answeredAt } = authsignalCalls
  return {
    provider: provider.ready ? ok : { status: 'unavailable', details: [provider.reason] },
    keys: warnOf(keyReadings.warnings),
    store: describeStore(outage),
    authsignal: {
      ...warnOf(authsignalCalls.warnings),
      ...(answeredAt !== undefined && { answered_at: toText(answeredAt) }),
    },
    clocks: warnOf(clocks.warnings),
    front: warnOf(front),
    configuration: {
      ...warnOf([...reloads.warnings, ...warnOfRestart(configuration.keysForRestart)]),
      version: configuration.version,
      since: toText(configuration.since),
    },
  }
}

/**
 * A store that was never reached is a mistake of this instance, which takes no traffic then. One that is gone is gone for
 * all instances: none is unready, since what needs no store still flows.
 */
function describeStore(outage: Outage | undefined): Part {
  if (outage === undefined) return ok
  const { reason, hasAnswered } = outage
  if (!hasAnswered) return { status: 'unavailable', details: [`the store: ${reason}`] }
  return warnOf([`The store can not be used, and protected clients get 503: ${reason}.`])
}

const warnOfRestart = (keys: readonly string[]): readonly string[] =>
  keys.length > 0 ? [`A restart is needed for what was changed in ${keys.join(', ')}.`] : []

const toText = (epochMs: number): string => new Date(epochMs).toISOString()
